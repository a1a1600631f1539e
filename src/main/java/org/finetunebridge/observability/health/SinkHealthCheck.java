package org.finetunebridge.observability.health;

import java.util.Map;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;
import org.finetunebridge.sink.Publisher;
import org.finetunebridge.text.LogSanitizer;

/** Whether events can be written. */
public final class SinkHealthCheck extends AbstractHealthCheck {

    private final Publisher publisher;
    private final String sink;

    /** @param sink its name in the configuration */
    public SinkHealthCheck(Publisher publisher, String sink) {
        super("bridge", "sink");
        this.publisher = publisher;
        this.sink = sink;
    }

    @Override
    public boolean isLiveness() {
        return false;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder result, Map<String, Object> options) {
        result.detail("sink", sink);
        RuntimeException suspension = publisher.suspension();
        if (suspension == null) {
            result.up();
        } else {
            result.message(LogSanitizer.line("the sink cannot be written: " + suspension.getMessage())).down();
        }
    }
}
