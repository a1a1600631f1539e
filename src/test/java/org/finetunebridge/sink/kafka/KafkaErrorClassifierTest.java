package org.finetunebridge.sink.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.finetunebridge.settings.Settings.KafkaSettings;
import org.finetunebridge.sink.SinkUnavailableException;
import org.junit.jupiter.api.Test;

class KafkaErrorClassifierTest {

    private final KafkaSettings settings = new KafkaSettings("there:9092", "events", "dead-letters", "state", true,
            false, 1, 1, "bridge", Map.of());

    @Test
    void findsAFenceHoweverItIsWrapped() {
        assertThat(KafkaErrorClassifier.isFence(new KafkaException(new KafkaException(new ProducerFencedException("newer")))))
                .isTrue();
        assertThat(KafkaErrorClassifier.isFence(new InvalidProducerEpochException("newer"))).isTrue();
        assertThat(KafkaErrorClassifier.isFence(new TimeoutException("late"))).isFalse();
    }

    @Test
    void separatesWhatCanNeverWorkFromWhatMay() {
        assertThat(KafkaErrorClassifier.isForEver(new KafkaException(new RecordTooLargeException("large")))).isTrue();
        assertThat(KafkaErrorClassifier.isForEver(new KafkaException(new TimeoutException("late")))).isFalse();
    }

    @Test
    void saysWhereAndWhatToLookAt() {
        var rejected = new ExecutionException(new SaslAuthenticationException("bad password"));
        assertThat(KafkaErrorClassifier.lost("cannot be opened", rejected, settings)).hasMessage("cannot be opened: bad password"
                + " (Kafka at there:9092); see bridge.kafka.client.security.protocol, .sasl.* and .ssl.*");
    }

    @Test
    void saysNothingTwice() {
        var lost = new SinkUnavailableException("the topic could not be read", null);
        assertThat(KafkaErrorClassifier.lost("cannot be opened", new ExecutionException(lost), settings)).isSameAs(lost);
    }
}
