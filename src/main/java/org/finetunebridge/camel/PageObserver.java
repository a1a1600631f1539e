package org.finetunebridge.camel;

import com.fasterxml.jackson.databind.JsonNode;
import org.apache.camel.Body;
import org.apache.camel.Variable;
import org.finetunebridge.polling.ChangeDetector;
import org.finetunebridge.polling.PollTask;
import org.finetunebridge.sink.Batch;

/** What the poll route calls with a mapped page. */
public final class PageObserver {

    private final ChangeDetector detector;

    /** @param detector of the source */
    public PageObserver(ChangeDetector detector) {
        this.detector = detector;
    }

    /** The page as the batch that publishes it. */
    public Batch observe(@Body JsonNode page, @Variable("poll") PollTask poll) {
        return detector.observe(page, poll);
    }
}
