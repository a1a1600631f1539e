/** Traces of what the bridge does. Nothing in here, and nothing it needs, is loaded unless traces are on. */
package org.finetunebridge.observability.tracing;
