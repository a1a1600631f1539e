package org.finetunebridge.observability.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.finetunebridge.observability.health.PollHealth;
import org.finetunebridge.polling.ChangeDetector;
import org.finetunebridge.polling.SchemaDriftDetector;
import org.finetunebridge.polling.SourcePoller;
import org.finetunebridge.settings.Settings;
import org.finetunebridge.sink.Publisher;

/** All meters of ours, beside those that Camel keeps of its routes. */
public final class Meters {

    private final MeterRegistry registry;
    private final InstantSource clock;

    /** @param registry that Camel made */
    public Meters(MeterRegistry registry, InstantSource clock) {
        this.registry = registry;
        this.clock = clock;
    }

    /** Begins to count. */
    public void bind(Map<SourcePoller, PollHealth> pollers, Publisher publisher, CamelContext context) {
        var gauges = new JobGauges(publisher, registry, clock);
        List<String> sources = pollers.keySet().stream().map(poller -> poller.source().name()).toList();
        pollers.forEach((poller, pulse) -> {
            poller.onPoll(new PollMeters(poller.source().name(), registry, clock));
            gauges.bind(poller, pulse);
            drift(poller.source().name(), context);
        });
        publisher.onCommit(new CommitMeters(sources, registry, clock));
        Gauge.builder("finetune.sink.writable", () -> publisher.suspension() == null ? 1 : 0)
                .description("0 while nothing can be published").register(registry);
        process();
    }

    /** The memory of a file sink; that of a topic lies with the broker. */
    public void bindFiles(Settings settings) {
        if (settings.sink().equals("file")) {
            Gauge.builder("finetune.state.size", () -> size(settings.state())).baseUnit("bytes")
                    .description("The files of the memory").register(registry);
        }
    }

    private void drift(String source, CamelContext context) {
        ChangeDetector observer = context.getRegistry().lookupByNameAndType(source + "-observer", ChangeDetector.class);
        FunctionCounter.builder("finetune.schema.drift", observer.drift(), SchemaDriftDetector::count).tag("source", source)
                .description("Fields and statuses of a provider's that no mapping knows").register(registry);
    }

    private void process() {
        Stream.of(new JvmMemoryMetrics(), new JvmThreadMetrics(), new ClassLoaderMetrics(), new ProcessorMetrics(),
                new FileDescriptorMetrics(), new UptimeMetrics()).forEach(binder -> binder.bindTo(registry));
    }

    private static double size(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        } catch (IOException e) {
            return Double.NaN;
        }
    }
}
