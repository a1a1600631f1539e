package org.finetunebridge.sink.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.settings.Settings.KafkaSettings;
import org.finetunebridge.sink.Batch;

/** What a batch is on the wire: the Kafka protocol binding of CloudEvents, and a record for each job's state. */
final class KafkaRecordFactory {

    private final KafkaSettings settings;

    /**
     * A record to be sent.
     *
     * @param event what it publishes; null for a record of the state topic
     */
    record Sending(ProducerRecord<byte[], byte[]> record, EncodedEvent event) {}

    KafkaRecordFactory(KafkaSettings settings) {
        this.settings = settings;
    }

    /** The events, then the dead letters. */
    List<Sending> published(List<Batch> batches) {
        List<Sending> published = new ArrayList<>();
        batches.forEach(batch -> batch.events().forEach(event -> published.add(published(settings.topic(), event))));
        batches.forEach(batch -> batch.deadLetters().forEach(
                letter -> published.add(published(settings.deadLetterTopic(), letter))));
        return published;
    }

    /** The states: of each job the last. */
    List<Sending> remembered(List<Batch> batches) {
        List<Sending> remembered = new ArrayList<>();
        Batch.lastStates(batches).forEach((name, state) -> remembered.add(ofState(name, KafkaStateStore.bytes(state))));
        return remembered;
    }

    /** A record of the state topic. */
    Sending remembered(String key, String value) {
        return ofState(key, value.getBytes(UTF_8));
    }

    /** A record of the state topic that ends what is remembered under the key. */
    Sending forgotten(String key) {
        return ofState(key, null);
    }

    /** Always in the first partition, and read from there: with a growing number of partitions no key moves. */
    private Sending ofState(String key, byte[] value) {
        return new Sending(new ProducerRecord<>(settings.stateTopic(), KafkaStateStore.PARTITION,
                KafkaStateStore.bytes(key), value), null);
    }

    private static Sending published(String topic, EncodedEvent event) {
        byte[] key = event.key() == null || event.key().isEmpty() ? null : KafkaStateStore.bytes(event.key());
        return new Sending(new ProducerRecord<>(topic, null, null, key, event.value(), headers(event)), event);
    }

    private static RecordHeaders headers(EncodedEvent event) {
        var headers = new RecordHeaders();
        event.wireHeaders().forEach((name, value) -> headers.add(name, KafkaStateStore.bytes(value)));
        return headers;
    }
}
