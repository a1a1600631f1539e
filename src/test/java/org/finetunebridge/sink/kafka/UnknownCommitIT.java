package org.finetunebridge.sink.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.camel.impl.DefaultCamelContext;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.settings.Settings.KafkaSettings;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.sink.Sink;
import org.finetunebridge.sink.SinkUnavailableException;
import org.finetunebridge.state.JobState;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A commit without an answer may have happened or not: the sink believes neither, and the topic tells. */
@Timeout(value = 4, unit = TimeUnit.MINUTES)
class UnknownCommitIT {

    /** Ours are longer, and nothing is waited for here but that they are over. */
    private static final Map<String, String> SOON = Map.of("max.block.ms", "5000", "transaction.timeout.ms", "6000");

    @TempDir
    private static Path directory;
    private static Gate gate;
    private static Broker broker;
    private final String name = "unknown-commit-" + UUID.randomUUID();
    private final String events = name + ".events";
    private Sink sink;

    @BeforeAll
    static void startBroker() {
        gate = new Gate();
        broker = Broker.behind(directory, gate.port());
        gate.opensTo(broker.port());
    }

    @AfterAll
    static void stopBroker() throws Exception {
        gate.close();
        broker.close();
    }

    @BeforeEach
    void start() {
        sink = new KafkaSink(new KafkaSettings(broker.address(), events, name + ".dead-letters", name + ".state", true, false, 1, 1,
                name, SOON), new DefaultCamelContext());
        sink.open();
        sink.write(List.of(page(1)));
    }

    @AfterEach
    void close() {
        sink.close();
    }

    @Test
    void remembersACommitWhoseAnswerWasLost() {
        gate.swallowsAnswers(true);
        assertThatExceptionOfType(SinkUnavailableException.class).isThrownBy(() -> sink.write(List.of(page(2))))
                .withMessageContaining("not confirmed");
        gate.swallowsAnswers(false);

        assertThat(reopened()).containsExactly(state(2));
        sink.write(List.of(page(3)));
        assertThat(published()).containsExactly("1", "2", "3");
    }

    @Test
    void forgetsACommitThatNeverArrived() {
        gate.swallowsRequests(true);
        assertThatExceptionOfType(SinkUnavailableException.class).isThrownBy(() -> sink.write(List.of(page(2))))
                .withMessageContaining("not confirmed");
        gate.swallowsRequests(false);

        assertThat(reopened()).containsExactly(state(1));
        sink.write(List.of(page(2)));
        assertThat(published()).containsExactly("1", "2");
    }

    private Collection<JobState> reopened() {
        return await().atMost(Duration.ofSeconds(120)).ignoreExceptionsInstanceOf(SinkUnavailableException.class)
                .until(sink::open, state -> true);
    }

    private List<String> published() {
        return broker.read(events).stream().map(record -> new String(record.value(), UTF_8)).toList();
    }

    private static Batch page(int number) {
        return new Batch(null, List.of(new EncodedEvent("job", Integer.toString(number).getBytes(UTF_8), Map.of())), List.of(),
                List.of(state(number)));
    }

    /** A state that differs from page to page. */
    private static JobState state(int number) {
        return new JobState("source", "job", JobState.blank("source", "job").published(), number, null, Map.of(), null, null,
                null);
    }
}
