/** OpenTelemetry traces. Neither these classes nor their libraries are loaded unless traces are on. */
package org.finetunebridge.observability.tracing;
