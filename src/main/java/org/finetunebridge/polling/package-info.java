/**
 * When what is read of a source, and what a failure costs: sweeps, polls, waits, jobs set aside. Knows time, and is the
 * only place that retries; must not know HTTP, a provider, or how anything is written.
 */
package org.finetunebridge.polling;
