package org.finetunebridge.sink.kafka;

import java.time.Duration;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.finetunebridge.settings.InvalidConfigurationException;
import org.finetunebridge.settings.Settings.KafkaSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the clients. Every wait of theirs is bounded, because a page waits for them, and a stop for the page. */
final class KafkaClientFactory {

    /** Longest wait for one answer of the cluster: for a commit, for the fence, for the next piece of memory. */
    static final Duration PATIENCE = Duration.ofSeconds(8);
    private static final Logger LOG = LoggerFactory.getLogger(KafkaClientFactory.class);

    private final KafkaClientConfig properties;

    /** @throws InvalidConfigurationException if the user's properties cannot be used */
    KafkaClientFactory(KafkaSettings settings) {
        properties = new KafkaClientConfig(settings);
    }

    Producer<byte[], byte[]> producer() {
        return new KafkaProducer<>(properties.producer(), new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Closes it without waiting for what is under way: a session that is over has nothing to wait for. */
    static void end(Producer<?, ?> producer) {
        boolean interrupted = Thread.interrupted();
        try {
            producer.close(Duration.ZERO);
        } catch (KafkaException e) {
            LOG.debug("while closing: {}", e.toString());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    Consumer<byte[], byte[]> reader() {
        return new KafkaConsumer<>(properties.reader(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    Admin admin() {
        return Admin.create(properties.admin());
    }

    /** Bytes; a larger one the producer refuses. */
    int largestRecord() {
        return properties.largestRecord();
    }
}
