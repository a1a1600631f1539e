package org.finetunebridge.polling;

import java.time.Instant;
import org.finetunebridge.event.FactCodec;
import org.finetunebridge.event.ParseResult;
import org.finetunebridge.state.DeferredEvent;
import org.finetunebridge.state.JobState;

/**
 * The end of a job, seen and not published yet, with the answer it was seen in.
 *
 * @param requestId the provider's name for the request; may be null
 */
record DeferredEnd(ParseResult result, Instant observedAt, String requestId) {

    private static final int LONGEST_REQUEST_ID = 200;

    /** The one in a job's state; null if there is none. */
    static DeferredEnd of(JobState state) {
        DeferredEvent deferred = state.deferred();
        return deferred == null ? null : new DeferredEnd(ParseResult.of(FactCodec.read(deferred.fact(), state.job())),
                deferred.observedAt(), deferred.requestId());
    }

    /** For the job's state; without a request id that is longer than any provider's. */
    DeferredEvent deferred() {
        String name = requestId == null || requestId.length() > LONGEST_REQUEST_ID ? null : requestId;
        return new DeferredEvent(result.fact().status(), observedAt, name, FactCodec.write(result.fact()));
    }
}
