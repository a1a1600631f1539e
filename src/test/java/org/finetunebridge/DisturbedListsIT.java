package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.polling.SourcePoller;
import org.finetunebridge.simulator.Fault;
import org.finetunebridge.simulator.FaultInjector;
import org.finetunebridge.simulator.PagingFaults;
import org.finetunebridge.simulator.SimulatedAccount;
import org.finetunebridge.simulator.SimulatedJob;
import org.finetunebridge.simulator.SimulatedJob.SimulatedLogLine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Lists that do not keep still while they are read, at every provider that is nothing but files. Each disturbance meets
 * an account of its own. All accounts live the same life, and of each the same is published as of the one left in peace.
 */
@Timeout(120)
class DisturbedListsIT {

    private static final List<String> PROVIDERS = List.of("openai", "azure-openai", "mistral", "together", "dashscope",
            "openai-compatible", "zhipu", "fireworks", "qianfan");
    private static final Set<String> WITHOUT_LOGS = Set.of("fireworks", "qianfan");
    /** More than a page of jobs that nobody asked for, so that those watched stand on both sides of its end. */
    private static final int OTHERS = 99;
    private static final String LIST = "([jJ]obs|fine-tunes)[ ?]";
    private static final int CYCLES = 7;
    /** From here on nothing disturbs any more, and nothing new happens. */
    private static final int PEACE = 6;

    /**
     * What happens to an account's lists. Every poll cycle is a bridge of its own, as after a restart, and where anything
     * happens at all the bridge is stopped between two pages, too.
     */
    enum Disturbance {
        NONE,
        /** New jobs on top, and new lines, between two pages of one reading. */
        GROWING,
        /** A page begins with the last records of the one before. */
        OVERLAPPING,
        /** Jobs, checkpoints and lines of one moment change places at every poll; every other poll sees lines turned. */
        REORDERED
    }

    @TempDir
    private Path folder;
    private Rig rig;
    private final List<Customer> customers = new ArrayList<>();

    @BeforeEach
    void start() {
        rig = new Rig(folder, Instant.parse("2026-03-01T04:05:06Z"));
        for (String provider : PROVIDERS) {
            for (Disturbance disturbance : Disturbance.values()) {
                customers.add(new Customer(provider, disturbance));
            }
        }
    }

    @AfterEach
    void close() {
        rig.close();
    }

    @TestFactory
    Stream<DynamicTest> tellsOfListsThatDoNotKeepStillWhatItTellsOfThoseThatDo() throws Exception {
        customers.forEach(Customer::begin);
        rig.pass(Duration.ofSeconds(60));
        customers.forEach(Customer::addOthers);
        for (int cycle = 0; cycle < CYCLES; cycle++) {
            rig.pass(Duration.ofSeconds(60));
            catchUp(cycle);
        }

        Map<String, List<JsonNode>> published = new HashMap<>();
        rig.events().forEach(event -> published.computeIfAbsent(
                event.at("/data/account").asText() + ' ' + event.path("subject").asText(), first -> new ArrayList<>())
                .add(event));
        assertThat(rig.deadLetters()).isEmpty();
        return customers.stream().flatMap(customer -> customer.jobs.stream().map(job ->
                dynamicTest(customer.source + ' ' + job.id(), () -> customer.assertThatAllIsPublished(job, published))));
    }

    private void catchUp(int cycle) throws Exception {
        try (Bridge bridge = rig.bridge(true)) {
            bridge.init();
            Map<String, SourcePoller> pollers = new HashMap<>();
            bridge.pollers().forEach(poller -> pollers.put(poller.source().name(), poller));
            customers.forEach(customer -> customer.live(cycle, pollers.get(customer.source)));
            bridge.start();
            for (SourcePoller poller : bridge.pollers()) {
                poller.awaitFirstCycle();
            }
        }
        customers.forEach(Customer::catchUp);
    }

    /** One account: three jobs, what was published of them, and what is still to happen while they are read. */
    private final class Customer {

        private final String provider;
        private final Disturbance disturbance;
        private final String source;
        private final String key;
        private final SimulatedAccount account;
        private final List<SimulatedJob> jobs = new ArrayList<>();
        private final Map<String, List<String>> lines = new HashMap<>();
        private final Map<String, Queue<Runnable>> late = new ConcurrentHashMap<>();

        Customer(String provider, Disturbance disturbance) {
            this.provider = provider;
            this.disturbance = disturbance;
            this.source = provider + '-' + disturbance.name().toLowerCase(Locale.ROOT);
            this.key = "sk-" + source;
            this.account = rig.world.account(provider, key);
            rig.source(source, provider).with(source + ".api-key", key).with(source + ".access-key", provider.equals("qianfan") ? key : null).with(source + ".models", "ours")
                    .with(source + ".logs", provider.equals("dashscope") ? "true" : null);
        }

        void begin() {
            create().become("RUNNING");
            create().become("RUNNING");
        }

        void addOthers() {
            IntStream.range(0, OTHERS).forEach(other -> account.create());
        }

        /** What happens before a poll cycle, and what will happen in its course. */
        void live(int cycle, SourcePoller poller) {
            switch (cycle) {
                case 0 -> publish(0, provider.equals("dashscope") ? 1_020 : 220, 4);
                case 1 -> {
                    late("", this::create);
                    publish(0, 130, 3);
                    jobs.get(0).checkpoint("checkpoint-1", 100, "READY").checkpoint("checkpoint-2", 200, "READY");
                }
                case 2 -> publish(1, 150, 2);
                case 3 -> jobs.forEach(job -> publish(jobs.indexOf(job), 4, 4));
                case 4 -> {
                    publish(0, 2, 0);
                    jobs.get(2).become("RUNNING").checkpoint("checkpoint-1", 100, "READY");
                }
                case 5 -> {
                    jobs.get(0).become("SUCCEEDED");
                    jobs.get(1).become("FAILED");
                    jobs.get(2).become("CANCELLED");
                }
                default -> { }
            }
            disturb(cycle, poller);
        }

        /** What did not happen while the account was read. */
        void catchUp() {
            late.values().forEach(queue -> queue.forEach(Runnable::run));
            late.clear();
        }

        private SimulatedJob create() {
            SimulatedJob job = account.create().fact("model", TextNode.valueOf("ours"));
            jobs.add(job);
            return job;
        }

        /** Three lines of one moment, two of them equal, and the next three later; the last ones while the job is read. */
        private void publish(int index, int count, int during) {
            SimulatedJob job = jobs.get(index);
            for (int line = 0; line < count; line++) {
                String text = line % 3 < 2 ? "the same again" : "line " + line;
                var event = new SimulatedLogLine(rig.now().minusSeconds(59).plusMillis(line / 3 * 150), "INFO", "RUNNING", text);
                lines.computeIfAbsent(job.id(), first -> new ArrayList<>()).add(text);
                if (line < count - during) {
                    job.publish(event);
                } else {
                    late(job.id(), () -> job.publish(event));
                }
            }
        }

        private void late(String read, Runnable happens) {
            if (disturbance == Disturbance.GROWING) {
                late.computeIfAbsent(read, first -> new ConcurrentLinkedQueue<>()).add(happens);
            } else {
                happens.run();
            }
        }

        private void disturb(int cycle, SourcePoller poller) {
            FaultInjector faults = rig.sandbox.faults().of(key);
            faults.end();
            if (cycle >= PEACE) {
                return;
            }
            AtomicInteger pages = new AtomicInteger(3 + cycle);
            Runnable stop = () -> {
                if (disturbance != Disturbance.NONE && pages.decrementAndGet() == 0) {
                    poller.stop();
                }
            };
            for (SimulatedJob job : jobs) {
                Fault living = PagingFaults.meanwhile(() -> next(job.id())).and(PagingFaults.meanwhile(stop));
                // Where lines are asked by their position, a page that begins elsewhere shows other lines.
                faults.always(job.id() + "/logs", living);
                faults.always(job.id(), living.and(disorder(cycle)).and(
                        disturbance == Disturbance.REORDERED && cycle % 2 == 1 ? PagingFaults.turned() : still()));
            }
            faults.always(LIST, PagingFaults.meanwhile(() -> next("")).and(PagingFaults.meanwhile(stop)).and(disorder(cycle)));
        }

        private void next(String read) {
            Runnable happens = late.getOrDefault(read, new ArrayDeque<>()).poll();
            if (happens != null) {
                happens.run();
            }
        }

        private Fault disorder(int cycle) {
            Fault overlapping = disturbance == Disturbance.OVERLAPPING ? PagingFaults.overlapping(3) : still();
            return disturbance == Disturbance.REORDERED ? overlapping.and(PagingFaults.shuffled(cycle)) : overlapping;
        }

        private static Fault still() {
            return PagingFaults.meanwhile(() -> { });
        }

        void assertThatAllIsPublished(SimulatedJob job, Map<String, List<JsonNode>> published) {
            List<JsonNode> events = published.get(source + ' ' + job.id());
            List<JsonNode> expected = published.get(provider + "-none " + job.id());
            assertThat(ids(events)).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(ids(expected));
            assertThat(events.get(events.size() - 1).at("/data/terminal").asBoolean()).isTrue();
            assertThat(clocks(events)).isSorted();
            if (WITHOUT_LOGS.contains(provider)) {
                assertThat(logs(events)).isEmpty();
            } else if (disturbance != Disturbance.REORDERED || provider.equals("dashscope")) {
                assertThat(ids(logs(events))).containsExactlyElementsOf(ids(logs(expected)));
                assertThat(logs(events)).hasSize(job.events()).extracting(event -> event.at("/data/message").asText())
                        .filteredOn(text -> text.matches("line \\d+|the same again"))
                        .containsExactlyElementsOf(lines.getOrDefault(job.id(), List.of()));
            }
        }

        private static List<JsonNode> logs(List<JsonNode> events) {
            return events.stream().filter(event -> event.path("data").has("message")).toList();
        }

        private static List<String> ids(List<JsonNode> events) {
            return events.stream().map(event -> event.path("id").asText()).toList();
        }

        /** When the lines happened. */
        private static List<Instant> clocks(List<JsonNode> events) {
            return logs(events).stream().map(event -> event.at("/data/occurredAt")).filter(JsonNode::isTextual)
                    .map(clock -> Instant.parse(clock.asText())).toList();
        }
    }
}
