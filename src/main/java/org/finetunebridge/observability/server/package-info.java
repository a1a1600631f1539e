/** Health, metrics and the page over HTTP, on Camel's own server. */
package org.finetunebridge.observability.server;
