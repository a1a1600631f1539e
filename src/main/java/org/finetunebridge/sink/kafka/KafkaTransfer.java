package org.finetunebridge.sink.kafka;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.finetunebridge.sink.SinkUnavailableException;
import org.finetunebridge.sink.kafka.KafkaRecordFactory.Sending;

/** The records of one commit, or of a part of it, on their way to a producer. Knows which of them failed first. */
final class KafkaTransfer {

    private final List<Sending> records;
    private final Producer<byte[], byte[]> producer;
    private final Consumer<Sending> confirmed;
    private final AtomicReference<Failed> failed = new AtomicReference<>();
    private int sent;

    /** A record that the producer or the cluster did not take. */
    record Failed(Sending sending, Exception why) {}

    /** @param confirmed called for each record that the cluster has, by the producer's thread */
    KafkaTransfer(List<Sending> records, Producer<byte[], byte[]> producer, Consumer<Sending> confirmed) {
        this.records = records;
        this.producer = producer;
        this.confirmed = confirmed;
    }

    List<Sending> records() {
        return records;
    }

    /** The first record that failed; null if none did until now. */
    Failed failed() {
        return failed.get();
    }

    /** Sends all records without a route. */
    void sendAll() {
        records.forEach(sending -> send(sending.record(), null));
    }

    /**
     * Sends the next record. The future that it returns is done, because one of a transaction whose coordinator is away
     * never is: the commit waits, and throws what failed.
     *
     * @param record   must be the next of the list
     * @param callback called when the record is on its way; null for nobody
     * @throws KafkaException if a record has failed: each further one would wait its full time
     */
    synchronized Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
        Sending sending = sent < records.size() ? records.get(sent) : null;
        if (sending == null || !isSame(sending.record(), record)) {
            throw edited("handed on a record to " + record.topic() + " that was not the next of its list");
        }
        sent++;
        producer.send(record, (written, e) -> {
            if (e == null) {
                confirmed.accept(sending);
            } else {
                failed.compareAndSet(null, new Failed(sending, e));
            }
        });
        requireNoneFailed();
        var underWay = new RecordMetadata(new TopicPartition(record.topic(), 0), -1, 0,
                RecordMetadata.UNKNOWN_PARTITION, -1, -1);
        if (callback != null) {
            callback.onCompletion(underWay, null);
        }
        return CompletableFuture.completedFuture(underWay);
    }

    /**
     * @throws SinkUnavailableException if a record was not sent
     * @throws KafkaException           if one has failed
     */
    synchronized void requireAllSent() {
        requireNoneFailed();
        if (sent < records.size()) {
            throw edited("handed on " + sent + " of " + records.size() + " records");
        }
    }

    private void requireNoneFailed() {
        Failed first = failed.get();
        if (first != null) {
            throw new KafkaException(first.why());
        }
    }

    private static boolean isSame(ProducerRecord<byte[], byte[]> expected, ProducerRecord<byte[], byte[]> sent) {
        return expected.topic().equals(sent.topic()) && Objects.equals(expected.partition(), sent.partition())
                && Arrays.equals(expected.key(), sent.key());
    }

    private static SinkUnavailableException edited(String what) {
        return new SinkUnavailableException("the route publish-kafka-send " + what + ", so nothing is committed: it was"
                + " edited so that it filters, aggregates, reorders or copies records; it must hand on each list whole,"
                + " once and in order", null);
    }
}
