package org.finetunebridge.sink.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.List;
import java.util.Map;
import org.apache.camel.impl.DefaultCamelContext;
import org.finetunebridge.settings.Settings.KafkaSettings;
import org.finetunebridge.sink.SinkUnavailableException;
import org.junit.jupiter.api.Test;

/** Nothing here waits for a cluster: there is none. */
class KafkaSinkTest {

    private final KafkaSink sink = new KafkaSink(new KafkaSettings("127.0.0.1:9", "events", "dead-letters", "state",
            true, false, 1, 1, "bridge", Map.of()), new DefaultCamelContext());

    @Test
    void saysThatItIsNotOpen() {
        assertThatExceptionOfType(SinkUnavailableException.class).isThrownBy(() -> sink.forget(List.of("source/job")))
                .withMessageContaining("not open");
        assertThatExceptionOfType(SinkUnavailableException.class).isThrownBy(() -> sink.write(List.of())).withMessageContaining("not open");
    }

    @Test
    void stillKnowsThatItWasInterrupted() {
        Thread.currentThread().interrupt();
        try {
            assertThatExceptionOfType(SinkUnavailableException.class).isThrownBy(sink::open).withMessageContaining("interrupted");
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }
}
