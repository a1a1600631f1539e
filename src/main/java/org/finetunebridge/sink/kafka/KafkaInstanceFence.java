package org.finetunebridge.sink.kafka;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.finetunebridge.settings.Settings.KafkaSettings;
import org.finetunebridge.sink.InstanceFencedException;
import org.finetunebridge.sink.kafka.KafkaRecordFactory.Sending;
import org.finetunebridge.text.LogSanitizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which instance writes with the transactional id: the one that was the last to say so in the state topic. A fenced
 * producer does not know: Kafka's error is the same whether another instance came or our own transaction ran out of time.
 */
final class KafkaInstanceFence {

    /**
     * How long whoever fenced us may need to say who it is: its claim is the first thing it commits. It costs us this
     * much when nobody took over and our own transaction ran out of time.
     */
    private static final Duration WAIT = Duration.ofSeconds(10);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);
    /** A transaction of our own that ran out of time is rare, and two are not to be expected. */
    private static final int FENCES_OF_A_STRANGER = 2;
    private static final Logger LOG = LoggerFactory.getLogger(KafkaInstanceFence.class);

    private final KafkaSettings settings;
    private final KafkaStateStore state;
    private final String self = UUID.randomUUID() + " (process " + ProcessHandle.current().pid() + ")";
    private final Set<String> warned = new HashSet<>();
    private boolean paired;
    private boolean made;
    private boolean doubted;
    private int inVain;
    private InstanceFencedException lost;

    KafkaInstanceFence(KafkaSettings settings, KafkaStateStore state) {
        this.settings = settings;
        this.state = state;
    }

    /** This instance is one of a pair: whoever lost its place waits once it is started again. */
    void pair() {
        paired = true;
    }

    /**
     * The state was written with other transactional ids as well: no fence keeps these instances apart.
     *
     * @return what is to be said of it, once for each id
     */
    List<String> warnings(Set<String> writers) {
        return writers.stream().filter(id -> !id.equals(settings.transactionalId()) && warned.add(id)).sorted()
                .map(id -> "The state topic " + settings.stateTopic() + " was written with the transactional id "
                        + LogSanitizer.line(id)
                        + " too. If an instance with that id still runs, both publish the same events: give both one"
                        + " bridge.kafka.transactional-id, or each a bridge.kafka.state-topic of its own. If the id was"
                        + " changed from it, all is well").toList();
    }

    /** What is to be committed to say that it is us, once everybody else is fenced. */
    Sending record(KafkaRecordFactory records) {
        return records.remembered(KafkaStateStore.ownerKey(settings.transactionalId()), self);
    }

    /** The record is committed. */
    void made() {
        made = true;
    }

    /** Something has failed: if it was a fence, perhaps because another instance took over. */
    void doubtAfter(Throwable failure) {
        doubted |= KafkaErrorClassifier.isFence(failure);
    }

    /** Who gave way once does not come back. */
    void requireNotLost() {
        if (lost != null) {
            throw lost;
        }
    }

    /**
     * Asks without the fence, which would steal the id back from whoever took it. Not only who was fenced asks: a
     * session may have ended for another reason just when somebody took over.
     *
     * @throws InstanceFencedException if another instance took over
     */
    void requireOurs() throws ExecutionException, InterruptedException {
        if (!made && !doubted) {
            return;
        }
        CompactedTopicReader.Latest look = state.lookAtOwner(settings.transactionalId());
        String owner = look.again();
        String expected = made ? self : owner;
        require(expected, owner);
        for (long patience = System.nanoTime() + WAIT.toNanos(); doubted && System.nanoTime() < patience;) {
            Thread.sleep(BETWEEN_LOOKS.toMillis());
            require(expected, look.again());
        }
        inVain += doubted ? 1 : 0;
        if (inVain == FENCES_OF_A_STRANGER) {
            LOG.warn("Fenced {} times, although {} names no other instance: another one seems to use bridge.kafka.transactional-id = {}"
                    + " with another bridge.kafka.state-topic, and they end each other's transactions; give each an id of its own",
                    inVain, settings.stateTopic(), settings.transactionalId());
        }
        doubted = false;
    }

    private void require(String expected, String owner) {
        if (!Objects.equals(owner, expected)) {
            lost = new InstanceFencedException(owner == null ? nobody() : "another instance took over: " + owner
                    + " now writes with the transactional id " + settings.transactionalId() + (paired
                    ? "; this one ends, and stands by once it is started again" : "; stop one of them, or"
                    + " give each a bridge.kafka.transactional-id and a bridge.kafka.state-topic of its own"));
            throw lost;
        }
    }

    private String nobody() {
        return "the topic " + settings.stateTopic() + " does not say any more which instance writes with the"
                + " transactional id " + settings.transactionalId() + ": somebody has emptied it or made it anew, and"
                + " the state of what was published is lost with it; bring its records back before the next start, or"
                + " everything is published again";
    }
}
