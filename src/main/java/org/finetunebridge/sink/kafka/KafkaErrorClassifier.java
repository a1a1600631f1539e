package org.finetunebridge.sink.kafka;

import org.apache.camel.util.ObjectHelper;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.finetunebridge.settings.Settings.KafkaSettings;
import org.finetunebridge.sink.SinkUnavailableException;

/** What an exception of the Kafka clients means. They wrap their causes, so the whole chain counts. */
final class KafkaErrorClassifier {

    private KafkaErrorClassifier() {}

    /** The record can never be written, however often one tries. */
    static boolean isForEver(Throwable e) {
        return has(RecordTooLargeException.class, e) || has(SerializationException.class, e)
                || has(InvalidTopicException.class, e);
    }

    /** Somebody has a newer epoch of our transactional id. It may be ourselves: a transaction timed out. */
    static boolean isFence(Throwable e) {
        return has(ProducerFencedException.class, e) || has(InvalidProducerEpochException.class, e);
    }

    /** In words, with what to look at. */
    static SinkUnavailableException lost(String what, Throwable e, KafkaSettings settings) {
        SinkUnavailableException published = ObjectHelper.getException(SinkUnavailableException.class, e);
        return published != null ? published
                : new SinkUnavailableException(what + ": " + reason(e) + " (Kafka at " + settings.brokers() + ")"
                        + remedy(e), e);
    }

    private static String remedy(Throwable e) {
        if (has(AuthenticationException.class, e)) {
            return "; see bridge.kafka.client.security.protocol, .sasl.* and .ssl.*";
        }
        if (has(TransactionalIdAuthorizationException.class, e)) {
            return "; allow this login to use bridge.kafka.transactional-id, or set"
                    + " bridge.kafka.delivery=at-least-once";
        }
        if (has(AuthorizationException.class, e)) {
            return "; allow this login to describe, read and write the topics of bridge.kafka.*topic";
        }
        if (has(UnsupportedVersionException.class, e)) {
            return "; without transactions set bridge.kafka.delivery=at-least-once";
        }
        return "";
    }

    /** The innermost reason, in one line. */
    static String reason(Throwable e) {
        if (has(TimeoutException.class, e)) {
            return "no answer in time";
        }
        Throwable last = e;
        while (last.getCause() != null) {
            last = last.getCause();
        }
        return last.getMessage() == null ? last.toString() : last.getMessage();
    }

    private static boolean has(Class<? extends Throwable> type, Throwable e) {
        return ObjectHelper.getException(type, e) != null;
    }
}
