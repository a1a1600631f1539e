package org.finetunebridge.watch;

import java.time.Instant;
import org.finetunebridge.event.FactJson;
import org.finetunebridge.event.Finding;
import org.finetunebridge.memory.Held;
import org.finetunebridge.memory.JobMemory;

/**
 * The end of a job, seen but not told yet, with the answer it was seen in.
 *
 * @param requestId the provider's name for the request; may be null
 */
record Ending(Finding finding, Instant observedAt, String requestId) {

    private static final int LONGEST_REQUEST_ID = 200;

    /** The one that is remembered of a job; null if there is none. */
    static Ending of(JobMemory memory) {
        Held held = memory.held();
        return held == null ? null : new Ending(Finding.of(FactJson.read(held.fact(), memory.job())),
                held.observedAt(), held.requestId());
    }

    /** To remember; without a name of the request that is longer than any provider's. */
    Held held() {
        String name = requestId == null || requestId.length() > LONGEST_REQUEST_ID ? null : requestId;
        return new Held(finding.fact().status(), observedAt, name, FactJson.write(finding.fact()));
    }
}
