/**
 * Everything that Camel calls, and the bootstrap on Camel Main. The only package besides observability that imports Camel's API.
 */
package org.finetunebridge.camel;
