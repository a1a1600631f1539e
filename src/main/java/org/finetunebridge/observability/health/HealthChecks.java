package org.finetunebridge.observability.health;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;
import org.finetunebridge.observability.health.SourceHealth.SourceStatus;
import org.finetunebridge.settings.Settings;
import org.finetunebridge.sink.Publisher;
import org.finetunebridge.text.LogSanitizer;

/**
 * The bridge's checks in Camel's health registry. None of them is part of liveness, because a restart repairs neither a
 * provider nor a broker.
 */
public final class HealthChecks {

    private final Publisher publisher;
    private final Settings settings;

    /** @param settings name the sink, and the directory of the state */
    public HealthChecks(Publisher publisher, Settings settings) {
        this.publisher = publisher;
        this.settings = settings;
    }

    /** Registers one check a source, one for the sink and one for the state. */
    public void register(HealthCheckRegistry registry, List<SourceHealth> sources) {
        sources.forEach(source -> registry.register(new Readiness("source-" + source.poller().source().name(),
                result -> source(source.status(), result))));
        registry.register(new Readiness("sink", this::sink));
        registry.register(new Readiness("memory", this::state));
    }

    /** Whether a source is read. Camel shows the message; the details are for JMX. */
    private static void source(SourceStatus status, HealthCheckResultBuilder result) {
        result.detail("provider", status.source().provider().name());
        if (status.lastSuccess() != null) {
            result.detail("last.success", status.lastSuccess().toString());
        }
        if (status.lastFailure() != null) {
            result.detail("last.failure", status.lastFailure().toString());
        }
        if (status.reason() != null) {
            result.detail("last.failure.reason", status.reason());
        }
        result.message(status.message());
        if (status.isDown()) {
            result.down();
        } else {
            result.up();
        }
    }

    /** Whether events can be written. */
    private void sink(HealthCheckResultBuilder result) {
        result.detail("sink", settings.sink());
        RuntimeException suspension = publisher.suspension();
        if (suspension == null) {
            result.up();
        } else {
            result.message(LogSanitizer.line("the sink cannot be written: " + suspension.getMessage())).down();
        }
    }

    /** Whether it is known what has been published, and whether more can be recorded. */
    private void state(HealthCheckResultBuilder result) {
        Path directory = settings.sink().equals("file") ? settings.state() : null;
        if (publisher.remembered() == null) {
            result.message(publisher.suspension() == null ? "not read yet"
                    : "it is not certain what has been published until the sink can be opened again").down();
        } else if (directory != null && !Files.isWritable(directory)) {
            result.message("the state directory cannot be written: " + directory).down();
        } else {
            result.up();
        }
    }

    private static final class Readiness extends AbstractHealthCheck {

        private final Consumer<HealthCheckResultBuilder> check;

        Readiness(String name, Consumer<HealthCheckResultBuilder> check) {
            super("bridge", name);
            this.check = check;
        }

        @Override
        public boolean isLiveness() {
            return false;
        }

        @Override
        protected void doCall(HealthCheckResultBuilder result, Map<String, Object> options) {
            check.accept(result);
        }
    }
}
