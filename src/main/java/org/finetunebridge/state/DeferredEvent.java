package org.finetunebridge.state;

import java.time.Instant;

/**
 * The end of a job that was seen and is not told yet, because it is told with what is read last of the job. Remembered,
 * so that it is told although the process dies before, and the provider then knows the job no more.
 *
 * @param status     in our words
 * @param observedAt when the answer came that showed it, UTC
 * @param requestId  the provider's name for that request; may be null
 * @param fact       as {@link org.finetunebridge.event.FactCodec} writes it
 */
public record DeferredEvent(String status, Instant observedAt, String requestId, String fact) {}
