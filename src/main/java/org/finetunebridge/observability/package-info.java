/**
 * What is seen from outside while the bridge runs: health, metrics, traces, status page, HTTP server.
 */
package org.finetunebridge.observability;
