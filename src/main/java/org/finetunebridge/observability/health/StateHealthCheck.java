package org.finetunebridge.observability.health;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;
import org.finetunebridge.settings.Settings;
import org.finetunebridge.sink.Publisher;

/** Whether it is known what was told, and whether more can be remembered. */
public final class StateHealthCheck extends AbstractHealthCheck {

    private final Publisher publisher;
    private final Path directory;

    /** @param settings where the memory is kept */
    public StateHealthCheck(Publisher publisher, Settings settings) {
        super("bridge", "memory");
        this.publisher = publisher;
        this.directory = settings.sink().equals("file") ? settings.state() : null;
    }

    @Override
    public boolean isLiveness() {
        return false;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder result, Map<String, Object> options) {
        if (publisher.remembered() == null) {
            result.message(publisher.suspension() == null ? "not read yet"
                    : "it is not certain what was told until the sink can be opened again").down();
        } else if (directory != null && !Files.isWritable(directory)) {
            result.message("the state directory cannot be written: " + directory).down();
        } else {
            result.up();
        }
    }
}
