package org.finetunebridge.state;

import java.time.Instant;

/**
 * The end of a job that was seen and is not published yet, because it is published after everything that is read of the
 * job. It is part of the state, so that it is published even if the process dies before and the job is deleted meanwhile.
 *
 * @param status     in our words
 * @param observedAt when the answer came that showed it, UTC
 * @param requestId  the provider's name for that request; may be null
 * @param fact       as {@link org.finetunebridge.event.FactCodec} writes it
 */
public record DeferredEvent(String status, Instant observedAt, String requestId, String fact) {}
