package org.finetunebridge.sink.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Map;
import java.util.Properties;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.kafka.clients.producer.Producer;
import org.finetunebridge.settings.Settings.KafkaSettings;
import org.finetunebridge.sink.SinkUnavailableException;
import org.junit.jupiter.api.Test;

/** Nothing here waits for a cluster: there is none. */
class AtLeastOnceKafkaSinkTest {

    private final AtLeastOnceKafkaSink sink = new AtLeastOnceKafkaSink(new KafkaSettings("127.0.0.1:9", "events", "dead-letters",
            "state", false, false, 1, 1, null, Map.of()), new DefaultCamelContext());

    @Test
    void givesARouteThatIsStartedAgainAnotherProducerThanTheOneItClosed() {
        try (Producer<byte[], byte[]> first = sink.getProducer(new Properties())) {
            sink.close();
            try (Producer<byte[], byte[]> second = sink.getProducer(new Properties())) {
                assertThat(second).isNotSameAs(first);
            }
        }
    }

    @Test
    void stillKnowsThatItWasInterrupted() {
        Thread.currentThread().interrupt();
        try {
            assertThatExceptionOfType(SinkUnavailableException.class).isThrownBy(sink::peek).withMessageContaining("interrupted");
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }
}
