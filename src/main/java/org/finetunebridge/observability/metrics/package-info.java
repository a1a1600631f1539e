/** What the bridge does, counted. Labels are bounded: a source, a kind, a result, never a job. */
package org.finetunebridge.observability.metrics;
