package org.finetunebridge.connect;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.connect.source.SourceRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RecordHandoverTest {

    private final LinkedBlockingQueue<String> warnings = new LinkedBlockingQueue<>();

    /** Connect waits for ever for a topic that it may not create, and shows the task as running. */
    @Test
    void saysOnceThatTheWorkerDoesNotWriteAndNamesTheTopics() throws Exception {
        var handover = new RecordHandover(true, Duration.ofMillis(1), warnings::add);
        List<SourceRecord> records = List.of(record("heartbeats"), record("events"), record("events"));
        var passed = CompletableFuture.runAsync(() -> handover.pass(records));

        assertThat(warnings.poll(50, TimeUnit.SECONDS)).contains("3 of 3 records", "events, heartbeats", "topic.creation.default");
        assertThat(handover.take(Duration.ofSeconds(50))).isEqualTo(records);
        assertThat(passed).isNotDone();
        records.forEach(record -> handover.recordWritten());
        handover.committed();

        passed.get(50, TimeUnit.SECONDS);
        assertThat(warnings).isEmpty();
    }

    @Test
    void saysNothingWhenTheWorkerWritesInTime() throws Exception {
        var handover = new RecordHandover(true, Duration.ofSeconds(50), warnings::add);
        List<SourceRecord> records = List.of(record("events"));
        var passed = CompletableFuture.runAsync(() -> handover.pass(records));

        handover.take(Duration.ofSeconds(50));
        handover.committed();
        assertThat(passed).as("a transaction without all records confirms nothing").isNotDone();
        handover.recordWritten();
        handover.committed();

        passed.get(40, TimeUnit.SECONDS);
        assertThat(warnings).isEmpty();
    }

    private static SourceRecord record(String topic) {
        return new SourceRecord(SourceOffsets.stateless("acme"), SourceOffsets.nothing(), topic, null, "x");
    }
}
