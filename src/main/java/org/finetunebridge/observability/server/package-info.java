/** Camel's HTTP server, configured for health, metrics and the page. */
package org.finetunebridge.observability.server;
