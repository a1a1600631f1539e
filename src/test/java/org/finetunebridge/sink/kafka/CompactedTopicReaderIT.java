package org.finetunebridge.sink.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.finetunebridge.settings.Settings.KafkaSettings;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 2, unit = TimeUnit.MINUTES)
class CompactedTopicReaderIT extends BrokerFixture {

    private final String topic = "t" + UUID.randomUUID();
    private final CompactedTopicReader reader = new CompactedTopicReader(topic, partition -> true, new KafkaClientFactory(new KafkaSettings(broker.address(),
            "events", "dead-letters", topic, true, false, 1, 1, "reader", Map.of())));
    private final List<String> seen = new ArrayList<>();

    @BeforeEach
    void createTopic() {
        broker.create(topic, 2, Map.of());
    }

    @Test
    void readsOnlyWhatIsNewTheNextTime() throws Exception {
        assertThat(read(Map.of())).isEqualTo(Map.of(0, 0L, 1, 0L));
        commit("a", "b");
        Map<Integer, Long> end = read(Map.of());
        assertThat(seen).containsExactly("a", "b");

        seen.clear();
        assertThat(read(end)).isEqualTo(end);
        assertThat(seen).isEmpty();
        commit("c");
        Map<Integer, Long> later = read(end);
        assertThat(seen).containsExactly("c");
        assertThat(later.get(0)).as("a commit takes a place of its own").isEqualTo(end.get(0) + 2);
    }

    @Test
    void beginsAnewInATopicThatWasMadeAnew() throws Exception {
        commit("a", "b");

        read(Map.of(0, 1000L));
        assertThat(seen).containsExactly("a", "b");
    }

    @Test
    void looksForWhatWasCommittedLastUnderOneKey() throws Exception {
        var look = reader.latest("key");
        assertThat(look.again()).isNull();
        commit("a", "b");
        assertThat(look.again()).isEqualTo("b");
        assertThat(look.again()).isEqualTo("b");
        assertThat(reader.latest("another").again()).isNull();
        commit("c", null);
        assertThat(look.again()).isNull();
    }

    private Map<Integer, Long> read(Map<Integer, Long> from) throws Exception {
        return reader.read(from, record -> seen.add(new String(record.value(), UTF_8)));
    }

    private void commit(String... values) {
        try (KafkaProducer<byte[], byte[]> producer = broker.producer(Map.of("transactional.id", topic))) {
            producer.initTransactions();
            producer.beginTransaction();
            for (String value : values) {
                producer.send(new ProducerRecord<>(topic, 0, "key".getBytes(UTF_8),
                        value == null ? null : value.getBytes(UTF_8)));
            }
            producer.commitTransaction();
        }
    }
}
