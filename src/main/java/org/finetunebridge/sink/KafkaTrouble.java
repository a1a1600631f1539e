package org.finetunebridge.sink;

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

/** What an exception of the Kafka clients means. They wrap their causes, so the whole chain counts. */
final class KafkaTrouble {

    private KafkaTrouble() {}

    /** The record can never be written, however often one tries. */
    static boolean isForEver(Throwable e) {
        return find(RecordTooLargeException.class, e) != null || find(SerializationException.class, e) != null
                || find(InvalidTopicException.class, e) != null;
    }

    /** Somebody has a newer epoch of our transactional id. It may be ourselves: a transaction timed out. */
    static boolean isFence(Throwable e) {
        return find(ProducerFencedException.class, e) != null || find(InvalidProducerEpochException.class, e) != null;
    }

    /** In words, with what to look at. */
    static Lost lost(String what, Throwable e, KafkaSettings settings) {
        Lost told = find(Lost.class, e);
        return told != null ? told
                : new Lost(what + ": " + reason(e) + " (Kafka at " + settings.brokers() + ")" + remedy(e), e);
    }

    private static String remedy(Throwable e) {
        if (find(AuthenticationException.class, e) != null) {
            return "; see bridge.kafka.client.security.protocol, .sasl.* and .ssl.*";
        }
        if (find(TransactionalIdAuthorizationException.class, e) != null) {
            return "; allow this login to use bridge.kafka.transactional-id, or set"
                    + " bridge.kafka.delivery=at-least-once";
        }
        if (find(AuthorizationException.class, e) != null) {
            return "; allow this login to describe, read and write the topics of bridge.kafka.*topic";
        }
        if (find(UnsupportedVersionException.class, e) != null) {
            return "; without transactions set bridge.kafka.delivery=at-least-once";
        }
        return "";
    }

    /** The innermost reason, in one line. */
    static String reason(Throwable e) {
        if (find(TimeoutException.class, e) != null) {
            return "no answer in time";
        }
        Throwable last = e;
        while (last.getCause() != null) {
            last = last.getCause();
        }
        return last.getMessage() == null ? last.toString() : last.getMessage();
    }

    private static <T extends Throwable> T find(Class<T> type, Throwable e) {
        for (Throwable one = e; one != null; one = one.getCause()) {
            if (type.isInstance(one)) {
                return type.cast(one);
            }
        }
        return null;
    }
}
