package org.finetunebridge.sink.kafka;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.apache.camel.CamelContext;
import org.apache.kafka.clients.producer.Producer;
import org.finetunebridge.settings.Settings.KafkaSettings;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.sink.EventRejectedException;
import org.finetunebridge.sink.InstanceFencedException;
import org.finetunebridge.sink.Sink;
import org.finetunebridge.sink.SinkUnavailableException;
import org.finetunebridge.state.JobState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Events, dead letters and the state that says so, in topics. With {@code exactly-once} they are one Kafka transaction:
 * a reader of committed records sees each fact once, across any crash. With {@code at-least-once} the state is written
 * after the events, a crash between the two repeats events under their same ids, and nothing keeps a second instance
 * out.
 *
 * <p>A session begins by shutting out whoever wrote before, and reads the state only then: from there on nobody else's
 * commit can land in it. Every failure ends it, because a commit whose answer was lost may have happened.
 */
public final class KafkaSink implements Sink {

    private static final Logger LOG = LoggerFactory.getLogger(KafkaSink.class);
    /** Who stands by asks every second whether it is elected; whether the topics can be used, once they could, less often. */
    private static final int LOOKS_PER_CHECK = 10;

    private final KafkaSettings settings;
    private final KafkaClientFactory clients;
    private final KafkaTopicAdmin topics;
    private final KafkaStateStore state;
    private final KafkaRecordFactory records;
    private final KafkaDeadLetterStore deadLetters;
    private final KafkaInstanceFence fence;
    private final RouteSender route;
    private KafkaLeaderElection election;
    private KafkaDelivery delivery;
    /** Since the topics were found usable while this instance stands by; 0 if they were not, or it does not. */
    private int looks;

    /**
     * @param settings where to, and as whom
     * @param context  with the route that sends; need not be started
     * @throws org.finetunebridge.settings.InvalidConfigurationException if the client's properties cannot be used
     */
    public KafkaSink(KafkaSettings settings, CamelContext context) {
        this.settings = settings;
        this.clients = new KafkaClientFactory(settings);
        this.topics = new KafkaTopicAdmin(settings, clients);
        this.state = new KafkaStateStore(settings.stateTopic(), clients);
        this.records = new KafkaRecordFactory(settings);
        this.deadLetters = new KafkaDeadLetterStore(settings.deadLetterTopic(), clients, state, records);
        this.fence = new KafkaInstanceFence(settings, state);
        this.route = new RouteSender(context, settings.brokers());
    }

    /** Waits while another instance that does the same is the active one: until then, opening fails as if Kafka were away. */
    public KafkaSink standby(boolean waits) {
        election = waits ? new KafkaLeaderElection(settings, clients) : null;
        if (waits) {
            fence.pair();
        }
        return this;
    }

    @Override
    public Collection<JobState> open() {
        fence.requireNotLost();
        close();
        return orOver("the Kafka sink cannot be opened", () -> {
            if (election != null && election.standsBy() && looks++ % LOOKS_PER_CHECK != 0) {
                requireElected();
            }
            looks = 0;
            topics.prepare();
            state.requireAllInFirstPartition();
            looks = 1;
            begin();
            looks = 0;
            Collection<JobState> states = state.states();
            fence.warnings(state.writers()).forEach(LOG::warn);
            return states;
        });
    }

    private void begin() throws Exception {
        if (settings.exactlyOnce()) {
            fence.requireOurs();
        }
        requireElected();
        Producer<byte[], byte[]> producer = clients.producer();
        delivery = settings.exactlyOnce() ? new KafkaDelivery.Transactional(producer, route)
                : new KafkaDelivery.Plain(producer, route);
        delivery.fence();
        if (settings.exactlyOnce()) {
            delivery.commit(List.of(fence.record(records)));
            fence.made();
        }
    }

    @Override
    public void write(List<Batch> batches) {
        try {
            requireElected();
            opened().commit(records.published(batches), records.remembered(batches));
        } catch (EventRejectedException e) {
            throw e;
        } catch (RuntimeException | InterruptedException e) {
            throw over("the commit is not confirmed", e);
        }
    }

    private void requireElected() throws InterruptedException {
        if (election != null) {
            election.requireElected();
        }
    }

    @Override
    public Collection<JobState> peek() {
        return look(() -> {
            state.requireAllInFirstPartition();
            return state.states();
        });
    }

    @Override
    public void inspect() {
        look(() -> {
            topics.inspect();
            state.requireAllInFirstPartition();
            return null;
        });
    }

    @Override
    public void forget(Collection<String> names) {
        orOver("the state cannot be written", () -> {
            opened().commit(names.stream().map(records::forgotten).toList());
            return null;
        });
    }

    @Override
    public List<String> deadLetters() {
        return look(deadLetters::read);
    }

    @Override
    public void removeDeadLetters(Predicate<String> gone) {
        orOver("the dead letters cannot be written", () -> {
            opened().commit(deadLetters.without(gone));
            return null;
        });
    }

    @Override
    public void close() {
        if (delivery != null) {
            delivery.close();
            delivery = null;
        }
    }

    @Override
    public void resign() {
        if (election != null) {
            election.close();
        }
    }

    private KafkaDelivery opened() {
        if (delivery == null) {
            throw new SinkUnavailableException("the Kafka sink is not open, because something failed before; try again",
                    null);
        }
        return delivery;
    }

    /** Reads with clients of its own, so that a failure leaves the session as it is. */
    private <T> T look(Callable<T> question) {
        try {
            return question.call();
        } catch (Exception e) {
            throw lost("the topics cannot be read", e);
        }
    }

    private <T> T orOver(String what, Callable<T> question) {
        try {
            return question.call();
        } catch (InstanceFencedException e) {
            throw e;
        } catch (Exception e) {
            throw over(what, e);
        }
    }

    private SinkUnavailableException over(String what, Exception e) {
        if (settings.exactlyOnce()) {
            fence.doubtAfter(e);
        }
        close();
        return lost(what, e);
    }

    private SinkUnavailableException lost(String what, Exception e) {
        if (e instanceof InterruptedException) {
            Thread.currentThread().interrupt();
            return KafkaErrorClassifier.lost("interrupted", e, settings);
        }
        return KafkaErrorClassifier.lost(what, e, settings);
    }
}
