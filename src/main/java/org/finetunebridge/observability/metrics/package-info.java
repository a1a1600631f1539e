/** The bridge's metrics. Labels are bounded: a source, a kind, a status, a result or a reason, never a job. */
package org.finetunebridge.observability.metrics;
