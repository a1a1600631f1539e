package org.finetunebridge.watch;

import java.time.Instant;
import org.finetunebridge.event.Finding;

/**
 * The end of a job, seen but not told yet, with the answer it was seen in.
 *
 * @param requestId the provider's name for the request; may be null
 */
record Ending(Finding finding, Instant observedAt, String requestId) {}
