package org.finetunebridge.sink.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.settings.InvalidConfigurationException;
import org.finetunebridge.settings.Settings.KafkaSettings;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.sink.InstanceFencedException;
import org.finetunebridge.sink.Publisher;
import org.finetunebridge.sink.Sink;
import org.finetunebridge.sink.SinkSession;
import org.finetunebridge.sink.SinkUnavailableException;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.Suspension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The sink against a real broker. Each test has topics and a transactional id of its own. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class KafkaSinkIT extends BrokerFixture {

    private static final Duration LONG = Duration.ofSeconds(60);

    private final String name = "t" + UUID.randomUUID();
    private final String events = name + ".events";
    private final String deadLetters = name + ".dead-letters";
    private final String state = name + ".state";
    private final List<SinkRoute> routes = new ArrayList<>();

    @AfterEach
    void stopRoutes() {
        routes.forEach(SinkRoute::close);
    }

    @Test
    void createsTheTopicsAndCompactsTheState() throws Exception {
        try (Sink sink = sink(Map.of())) {
            assertThat(sink.open()).isEmpty();
        }
        try (var admin = broker.admin()) {
            Map<String, TopicDescription> topics =
                    admin.describeTopics(List.of(events, deadLetters, state)).allTopicNames().get();
            assertThat(topics.get(events).partitions()).hasSize(2);
            assertThat(topics.get(deadLetters).partitions()).hasSize(2);
            var resource = new ConfigResource(ConfigResource.Type.TOPIC, state);
            assertThat(admin.describeConfigs(List.of(resource)).all().get().get(resource).get("cleanup.policy").value())
                    .isEqualTo("compact");
        }
    }

    @Test
    void readsBackWhatItRemembered() {
        try (Sink sink = sink(Map.of())) {
            sink.open();
            sink.write(List.of(batch(event("job-1", 1), remembered("job-1", 1))));
            sink.write(List.of(batch(event("job-1", 2), remembered("job-1", 2)),
                    batch(event("job-2", 1), remembered("job-2", 1)), batch(event("job-1", 3), remembered("job-1", 3))));
        }
        try (Sink sink = sink(Map.of())) {
            assertThat(sink.open()).containsExactlyInAnyOrder(remembered("job-1", 3), remembered("job-2", 1));
        }
        assertThat(broker.read(state).stream().filter(record -> key(record).startsWith("source/")))
                .as("of a job's states in one commit, the last").hasSize(3);
    }

    @Test
    void forgetsWhatANullSaysToForget() {
        try (Sink sink = sink(Map.of())) {
            sink.open();
            sink.write(List.of(batch(event("job-1", 1), remembered("job-1", 1)),
                    batch(event("job-2", 1), remembered("job-2", 1))));
        }
        try (var other = broker.producer(Map.of())) {
            other.send(new ProducerRecord<>(state, remembered("job-1", 1).name().getBytes(UTF_8), null));
        }
        try (Sink sink = sink(Map.of())) {
            assertThat(sink.open()).containsExactly(remembered("job-2", 1));
        }
    }

    @Test
    void showsEachEventOnceInOrderUnderTheJobsKey() {
        try (Sink sink = sink(Map.of())) {
            sink.open();
            sink.write(List.of(page("job-1", 1, 50), page("job-2", 1, 50)));
            sink.write(List.of(page("job-1", 51, 50)));
        }
        assertThat(published("job-1")).containsExactlyElementsOf(numbers(1, 100));
        assertThat(published("job-2")).containsExactlyElementsOf(numbers(1, 50));
        assertThat(broker.read(events).get(0).headers().headers("content-type"))
                .extracting(header -> new String(header.value(), UTF_8))
                .containsExactly("application/cloudevents+json; charset=UTF-8");
    }

    @Test
    void writesTheAttributesAsHeadersInBinaryMode() {
        var event = new EncodedEvent("job-1", "{\"provider\":\"p\"}".getBytes(UTF_8), new TreeMap<>(Map.of("specversion", "1.0",
                "id", "x1", "source", "urn:finetune:p:s", "type", "t.v1", "subject", "Übung", "datacontenttype",
                "application/json", "partitionkey", "job-1")));
        try (Sink sink = sink(Map.of())) {
            sink.open();
            sink.write(List.of(batch(event, remembered("job-1", 1))));
        }
        ConsumerRecord<byte[], byte[]> record = broker.read(events).get(0);
        assertThat(headers(record)).containsExactlyInAnyOrderEntriesOf(Map.of("content-type", "application/json",
                "ce_specversion", "1.0", "ce_id", "x1", "ce_source", "urn:finetune:p:s", "ce_type", "t.v1",
                "ce_subject", "Übung", "ce_partitionkey", "job-1"));
        assertThat(record.value()).isEqualTo(event.value());
    }

    @Test
    void writesDeadLettersToTheirOwnTopic() {
        try (Sink sink = sink(Map.of())) {
            sink.open();
            sink.write(List.of(new Batch(null, List.of(), List.of(event("", 7)), List.of())));
        }
        assertThat(broker.read(deadLetters)).singleElement()
                .satisfies(record -> assertThat(record.key()).isNull());
        assertThat(broker.read(events)).isEmpty();
    }

    @Test
    void doesNotWaitLongForABrokerThatComesLateAndLosesAndRepeatsNothingWhenItIsKilledInFlow(@TempDir Path elsewhere) throws Exception {
        try (Broker late = Broker.prepared(elsewhere); Sink sink = sink(settings(late.address(), Map.of()));
                var publisher = new Publisher(sink)) {
            Instant began = Instant.now();
            assertThatExceptionOfType(SinkUnavailableException.class).isThrownBy(sink::open).withMessageContaining(late.address());
            assertThat(Duration.between(began, Instant.now())).isLessThan(Duration.ofSeconds(20));

            late.start();
            await().atMost(LONG).ignoreExceptionsInstanceOf(SinkUnavailableException.class).until(() -> sink.open().isEmpty());
            sink.close();
            var flow = new Flow(publisher);
            Thread thread = new Thread(flow);
            thread.start();
            try {
                for (boolean longerThanACommitWaits : new boolean[] {true, false}) {
                    int before = flow.confirmed;
                    await().atMost(LONG).until(() -> flow.confirmed > before + 20);
                    late.kill();
                    if (longerThanACommitWaits) {
                        await().atMost(LONG).until(() -> flow.lost > 0);
                    }
                    late.start();
                }
                int before = flow.confirmed;
                await("back in flow").atMost(LONG).until(() -> flow.confirmed > before + 20);
            } finally {
                flow.over = true;
                thread.join();
            }
            assertThat(late.read(events).stream().map(KafkaSinkIT::number))
                    .containsExactlyElementsOf(numbers(1, flow.confirmed));
        }
    }

    @Test
    void renewsItselfWhenItsOwnTransactionRanOutOfTime() {
        try (Sink sink = sink(Map.of("transaction.timeout.ms", "1500", "interceptor.classes", Slow.class.getName()))) {
            sink.open();
            sink.write(List.of(page("job-1", 1, 1)));
            Slow.next = Duration.ofSeconds(6);
            assertThatExceptionOfType(SinkUnavailableException.class).isThrownBy(() -> sink.write(List.of(page("job-1", 2, 2))));

            Collection<JobState> state = reopened(sink);
            assertThat(state).containsExactly(remembered("job-1", 1));
            sink.write(List.of(page("job-1", 2, 2)));
            assertThat(published("job-1")).containsExactly(1, 2, 3);
        }
    }

    @Test
    void givesWayToASecondInstanceForGoodAndSaysWhy() {
        try (Sink first = sink(Map.of()); Sink second = sink(Map.of())) {
            first.open();
            first.write(List.of(page("job-1", 1, 1)));
            assertThat(second.open()).containsExactly(remembered("job-1", 1));

            assertThat(catchThrowable(() -> first.write(List.of(page("job-1", 2, 1))))).isInstanceOf(SinkUnavailableException.class);
            for (int attempt = 0; attempt < 2; attempt++) {
                assertThatExceptionOfType(InstanceFencedException.class).isThrownBy(first::open)
                        .withMessageContaining("another instance took over").withMessageContaining(name)
                        .withMessageContaining("bridge.kafka.transactional-id");
            }
            second.write(List.of(page("job-1", 2, 1)));
            assertThat(published("job-1")).containsExactly(1, 2);
        }
    }

    @Test
    void givesWayToWhoeverFencedItAlsoBeforeThatOneSaysWhoItIs() {
        try (Sink first = sink(Map.of()); var second = broker.producer(Map.of("transactional.id", name))) {
            first.open();
            second.initTransactions();
            assertThatExceptionOfType(SinkUnavailableException.class).isThrownBy(() -> first.write(List.of(page("job-1", 1, 1))));

            var reopening = CompletableFuture.supplyAsync(() -> catchThrowable(first::open));
            await().during(Duration.ofSeconds(2)).atMost(LONG).until(() -> !reopening.isDone());
            second.beginTransaction();
            second.send(new ProducerRecord<>(state, ("owner/" + name).getBytes(UTF_8), "the second".getBytes(UTF_8)));
            second.commitTransaction();
            assertThat(reopening).succeedsWithin(LONG)
                    .asInstanceOf(InstanceOfAssertFactories.THROWABLE)
                    .isInstanceOf(InstanceFencedException.class).hasMessageContaining("the second now writes");
        }
        assertThat(published("job-1")).isEmpty();
    }

    /** No fence keeps them apart, and an id may have been changed: all that can be done is to say so. */
    @Test
    void warnsOfAStateThatIsWrittenWithTwoTransactionalIds() throws Exception {
        try (Sink first = sink(Map.of()); Sink second = sink(settings(broker.address(), name + "-ä", Map.of()))) {
            first.open();
            second.open();
        }
        KafkaSettings settings = settings(broker.address(), Map.of());
        var store = new KafkaStateStore(state, new KafkaClientFactory(settings));
        store.states();
        var fence = new KafkaInstanceFence(settings, store);

        assertThat(store.writers()).containsExactlyInAnyOrder(name, name + "-ä");
        assertThat(fence.warnings(store.writers())).singleElement().asString().contains("transactional id " + name + "-ä too",
                "give both one bridge.kafka.transactional-id", "a bridge.kafka.state-topic of its own");
        assertThat(fence.warnings(store.writers())).as("said once").isEmpty();
    }

    @Test
    void givesWayAlsoIfItsSessionHadEndedForAnotherReason() {
        try (Sink first = sink(Map.of()); Sink second = sink(Map.of())) {
            first.open();
            first.close();
            first.open();
            second.open();
            first.close();
            assertThatExceptionOfType(InstanceFencedException.class).isThrownBy(first::open)
                    .withMessageContaining("another instance took over");
            second.write(List.of(page("job-1", 1, 1)));
            assertThat(published("job-1")).containsExactly(1);
        }
    }

    @Test
    void stopsWhereSomebodyMadeTheStateAnewAndSaysWhatThatCosts() throws Exception {
        try (Sink sink = sink(Map.of()); var admin = broker.admin()) {
            sink.open();
            sink.write(List.of(page("job-1", 1, 1)));
            admin.deleteTopics(List.of(state)).all().get();

            sink.close();
            assertThatExceptionOfType(InstanceFencedException.class).isThrownBy(sink::open).withMessageContaining(state)
                    .withMessageContaining("emptied it or made it anew").withMessageContaining("published again");
        }
    }

    @Test
    void takesNoRecordWithoutAValueForADeadLetter() {
        try (Sink sink = sink(Map.of())) {
            sink.open();
            sink.write(List.of(new Batch(null, List.of(), List.of(event("job-1", 7)), List.of())));
            try (var other = broker.producer(Map.of())) {
                other.send(new ProducerRecord<>(deadLetters, "job-1".getBytes(UTF_8), null));
            }
            assertThat(sink.deadLetters()).containsExactly("7");
            sink.removeDeadLetters(letter -> true);
            assertThat(sink.deadLetters()).isEmpty();
        }
    }

    @Test
    void isNotHeldUpByAnotherTransactionalIdOnTheSameTopics() {
        try (Sink one = sink(Map.of()); Sink other = sink(settings(broker.address(), name + "-2", Map.of()))) {
            one.open();
            other.open();
            one.write(List.of(page("job-1", 1, 1)));
            other.write(List.of(page("job-2", 1, 1)));
            one.write(List.of(page("job-1", 2, 1)));
        }
        assertThat(published("job-1")).containsExactly(1, 2);
    }

    @Test
    void waitsForAForeignTransactionOnTheStateInsteadOfForgetting() {
        try (Sink sink = sink(Map.of()); var foreign = broker.producer(Map.of("transactional.id", name + "-foreign"))) {
            sink.open();
            foreign.initTransactions();
            foreign.beginTransaction();
            foreign.send(new ProducerRecord<>(state, "owner/foreign".getBytes(UTF_8), "x".getBytes(UTF_8)));
            foreign.flush();
            sink.write(List.of(page("job-1", 1, 1)));

            assertThatExceptionOfType(SinkUnavailableException.class).isThrownBy(sink::open).withMessageContaining(state)
                    .withMessageContaining("open transaction");
            foreign.abortTransaction();
            assertThat(reopened(sink)).containsExactly(remembered("job-1", 1));
        }
    }

    @Test
    void refusesAStateTopicThatIsNotCompacted() {
        broker.create(state, 1, Map.of("cleanup.policy", "delete"));
        try (Sink sink = sink(Map.of())) {
            assertThatExceptionOfType(SinkUnavailableException.class).isThrownBy(sink::open)
                    .withMessageContaining("bridge.kafka.state-topic = " + state)
                    .withMessageContaining("cleanup.policy=delete").withCauseInstanceOf(InvalidConfigurationException.class);
        }
    }

    @Test
    void keepsTheStateInTheFirstPartitionHoweverManyThereAre() {
        broker.create(state, 3, Map.of("cleanup.policy", "compact"));
        try (Sink sink = sink(Map.of())) {
            sink.open();
            sink.write(numbers(1, 10).stream().map(job -> page("job-" + job, 1, 1)).toList());
            sink.forget(List.of(remembered("job-1", 1).name()));
        }
        assertThat(broker.read(state)).hasSizeGreaterThan(10).allMatch(record -> record.partition() == 0);
        try (Sink sink = sink(Map.of())) {
            assertThat(sink.open()).containsExactlyInAnyOrderElementsOf(
                    numbers(2, 9).stream().map(job -> remembered("job-" + job, 1)).toList());
        }
    }

    @Test
    void goesOnWhenTheStateTopicGetsMorePartitions() throws Exception {
        try (Sink sink = sink(Map.of()); var admin = broker.admin()) {
            sink.open();
            sink.write(numbers(1, 10).stream().map(job -> page("job-" + job, 1, 1)).toList());
            admin.createPartitions(Map.of(state, NewPartitions.increaseTo(3))).all().get();
            await().atMost(LONG).until(() -> admin.describeTopics(List.of(state)).allTopicNames().get().get(state)
                    .partitions().size() == 3);
            sink.close();
            sink.open();
            sink.write(numbers(1, 10).stream().map(job -> page("job-" + job, 2, 1)).toList());

            assertThat(reopened(sink)).containsExactlyInAnyOrderElementsOf(
                    numbers(1, 10).stream().map(job -> remembered("job-" + job, 2)).toList());
        }
    }

    @Test
    void refusesAStateThatIsSpreadOverPartitionsBeforeItFencesAnybody() {
        broker.create(state, 3, Map.of("cleanup.policy", "compact"));
        try (Sink running = sink(Map.of()); Sink late = sink(Map.of()); var other = broker.producer(Map.of())) {
            running.open();
            other.send(new ProducerRecord<>(state, 2, "source/gone".getBytes(UTF_8), null));
            other.flush();
            assertThat(reopened(running)).as("a key without a value is nothing").isEmpty();

            other.send(new ProducerRecord<>(state, 2, "source/job-9".getBytes(UTF_8), "{}".getBytes(UTF_8)));
            other.flush();
            for (ThrowingCallable use : List.<ThrowingCallable>of(late::open, late::peek, late::inspect)) {
                assertThatExceptionOfType(SinkUnavailableException.class).isThrownBy(use)
                        .withMessageContaining("bridge.kafka.state-topic = " + state)
                        .withMessageContaining("1 records").withMessageContaining("partition 0")
                        .withMessageContaining("name another topic")
                        .withCauseInstanceOf(InvalidConfigurationException.class);
            }
            running.write(List.of(page("job-1", 1, 1)));
        }
        assertThat(published("job-1")).containsExactly(1);
    }

    @Test
    void remembersHalfOfACharacterPairInAJobsName() {
        JobState half = JobState.blank("source", "job-\ud83d").suspended("", new Suspension("job", "\ude00", "r", 1, false,
                Instant.parse("2026-01-01T00:00:00Z")));
        JobState other = JobState.blank("source", "job-\ud83e").suspended("", half.suspension());
        try (Sink sink = sink(Map.of())) {
            sink.open();
            sink.write(List.of(batch(event("job", 1), half), batch(event("job", 2), other)));
        }
        try (Sink sink = sink(Map.of())) {
            assertThat(sink.open()).containsExactlyInAnyOrder(half, other);
            sink.forget(List.of(half.name()));
            assertThat(reopened(sink)).containsExactly(other);
        }
    }

    @Test
    void staysOpenWhenItsDeadLettersCannotBeRead() {
        try (Sink sink = sink(Map.of()); var foreign = broker.producer(Map.of("transactional.id", name + "-foreign"))) {
            sink.open();
            foreign.initTransactions();
            foreign.beginTransaction();
            foreign.send(new ProducerRecord<>(deadLetters, "x".getBytes(UTF_8)));
            foreign.flush();

            assertThatExceptionOfType(SinkUnavailableException.class).isThrownBy(sink::deadLetters)
                    .withMessageContaining("open transaction");
            sink.write(List.of(page("job-1", 1, 1)));
        }
        assertThat(published("job-1")).containsExactly(1);
    }

    @Test
    void refusesNamesThatNoTopicMayHave() {
        var settings = new KafkaSettings(broker.address(), "no/topic", deadLetters, state, true, false, 2, 1, name,
                Map.of());
        try (Sink sink = sink(settings)) {
            assertThatExceptionOfType(SinkUnavailableException.class).isThrownBy(sink::open).withMessageContaining("no/topic")
                    .withCauseInstanceOf(InvalidConfigurationException.class);
        }
    }

    @Test
    void saysWhatToDoWhenATopicCannotBeCreated() {
        var settings = new KafkaSettings(broker.address(), events, deadLetters, state, true, false, 2, 3, name,
                Map.of());
        try (Sink sink = sink(settings)) {
            assertThatExceptionOfType(SinkUnavailableException.class).isThrownBy(sink::open).withMessageContaining(name)
                    .withMessageContaining("create it").withMessageContaining("bridge.kafka.replication");
        }
    }

    // fixtures

    private Sink sink(Map<String, String> client) {
        return sink(settings(broker.address(), client));
    }

    /** With the route it is shipped with, in a context of its own. */
    private Sink sink(KafkaSettings settings) {
        var route = new SinkRoute(settings);
        routes.add(route);
        return route.sink();
    }

    private KafkaSettings settings(String brokers, Map<String, String> client) {
        return settings(brokers, name, client);
    }

    private KafkaSettings settings(String brokers, String transactionalId, Map<String, String> client) {
        return new KafkaSettings(brokers, events, deadLetters, state, true, false, 2, 1, transactionalId, client);
    }

    private static Collection<JobState> reopened(Sink sink) {
        return await().atMost(LONG).ignoreExceptionsInstanceOf(SinkUnavailableException.class).until(sink::open, state -> true);
    }

    private static EncodedEvent event(String job, int number) {
        return new EncodedEvent(job, Integer.toString(number).getBytes(UTF_8), Map.of());
    }

    /** A state that knows how far it was published. */
    private static JobState remembered(String job, int number) {
        return JobState.blank("source", job)
                .suspended("", new Suspension("job", "e", "r", number, false, Instant.parse("2026-01-01T00:00:00Z")));
    }

    private static Batch batch(EncodedEvent event, JobState state) {
        return new Batch(null, List.of(event), List.of(), List.of(state));
    }

    private static Batch page(String job, int first, int size) {
        return new Batch(null, numbers(first, size).stream().map(number -> event(job, number)).toList(), List.of(),
                List.of(remembered(job, first + size - 1)));
    }

    private static List<Integer> numbers(int first, int size) {
        return IntStream.range(first, first + size).boxed().toList();
    }

    private List<Integer> published(String job) {
        return broker.read(events).stream().filter(record -> key(record).equals(job)).map(KafkaSinkIT::number).toList();
    }

    private static int number(ConsumerRecord<byte[], byte[]> record) {
        return Integer.parseInt(new String(record.value(), UTF_8));
    }

    private static String key(ConsumerRecord<byte[], byte[]> record) {
        return new String(record.key(), UTF_8);
    }

    private static Map<String, String> headers(ConsumerRecord<byte[], byte[]> record) {
        Map<String, String> headers = new TreeMap<>();
        StreamSupport.stream(record.headers().spliterator(), false)
                .forEach(header -> headers.put(header.key(), new String(header.value(), UTF_8)));
        return headers;
    }

    /** Publishes the next numbers after those in the state, page after page, as a poll would. */
    private static final class Flow implements Runnable {
        private final Publisher publisher;
        private volatile int confirmed;
        private volatile int lost;
        private volatile boolean over;

        Flow(Publisher publisher) {
            this.publisher = publisher;
        }

        @Override
        public void run() {
            while (!over) {
                try {
                    SinkSession session = publisher.session();
                    Suspension known = session.of("source", "job-1").suspension();
                    int next = known == null ? 1 : known.attempts() + 1;
                    publisher.publish(new Batch(session, numbers(next, 10).stream()
                            .map(number -> event("job-1", number)).toList(), List.of(),
                            List.of(remembered("job-1", next + 9))));
                    confirmed = next + 9;
                } catch (SinkUnavailableException e) {
                    lost++;
                }
            }
        }
    }

    /** Holds up one send, as a long pause of the process would. */
    public static final class Slow extends SendInterceptor {
        private static volatile Duration next = Duration.ZERO;

        @Override
        public ProducerRecord<byte[], byte[]> onSend(ProducerRecord<byte[], byte[]> record) {
            if (new String(record.value(), UTF_8).equals("3") && !next.isZero()) {
                Duration pause = next;
                next = Duration.ZERO;
                await().pollDelay(pause).atMost(pause.plus(LONG)).until(() -> true);
            }
            return record;
        }
    }
}
