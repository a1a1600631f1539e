package org.finetunebridge.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.finetunebridge.connect.Connected.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.finetunebridge.simulator.SimulatedJob;
import org.finetunebridge.sink.kafka.BrokerFixture;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The zip in real workers, which are killed; an independent reader of committed records counts. More kills: {@code
 * -Dkills=200}; another version of Connect: {@code -Dconnect.version=4.1.1}.
 */
@Timeout(value = 120, unit = TimeUnit.MINUTES)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ConnectIT extends BrokerFixture {

    private static final int KILLS = Integer.getInteger("kills", 3);
    /** Of other kinds of workers. */
    private static final int FEW = Math.max(1, KILLS / 20);
    /** Kills of one connector: what it published is judged then, and the next one begins with nothing. */
    private static final int ROUND = 20;
    /** Of a worker, in seconds, while two others start. */
    private static final int LONGEST_START = 120;
    private static final Path TALLY = Path.of("target", "connect-kills.txt");
    /**
     * A worker that was killed is missed soon: the next one waits for it, and reads the offsets only when the transaction
     * that it left open has run out of time, in 60 s unless set.
     */
    private static final Map<String, String> SOON = Map.of("session.timeout.ms", "2000", "heartbeat.interval.ms", "500",
            "producer.transaction.timeout.ms", "15000");

    @TempDir
    private static Path home;

    private static ConnectWorker worker(String group, Map<String, String> more) {
        return new ConnectWorker(broker.address(), home, group, more);
    }

    /**
     * First, for it makes the starts of the others cheap. A long run is two series side by side: a kill is waited for more than
     * it computes.
     */
    @Test
    @Order(1)
    void losesAndRepeatsNothingWhenTheWorkerIsKilledAgainAndAgain() throws Exception {
        int beside = KILLS > ROUND ? KILLS / 2 : 0;
        var archived = new CountDownLatch(1);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Future<?> first = threads.submit(() -> killInRounds("one", KILLS - beside, archived));
            Future<?> second = threads.submit(() -> {
                archived.await();
                return beside == 0 ? null : killInRounds("another", beside, archived);
            });
            first.get();
            second.get();
        } finally {
            threads.shutdownNow();
            assertThat(threads.awaitTermination(LONGEST_START, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** @param archived counted down when a worker that starts finds an archive of its classes */
    private static Void killInRounds(String group, int kills, CountDownLatch archived) throws IOException {
        try (var worker = worker(group, SOON).start()) {
            for (int killed = 0; killed < kills; killed += ROUND) {
                int round = Math.min(ROUND, kills - killed);
                try (var jobs = new Connected(broker, worker)) {
                    killAgainAndAgain(worker, jobs, round, archived);
                    tally("worker of group " + group + ": " + (killed + round) + " kills; of the last " + round + ": "
                            + jobs.records().size());
                    jobs.send("DELETE", "", null);
                }
            }
            return null;
        } finally {
            archived.countDown();
        }
    }

    /** Once everything is down for longer, and a job is gone meanwhile. */
    private static void killAgainAndAgain(ConnectWorker worker, Connected jobs, int kills, CountDownLatch archived) {
        SimulatedJob vanishing = jobs.world.account("minimax").create("ft-vanishing").become("RUNNING");
        jobs.run(2);
        await().until(() -> jobs.keys().contains(vanishing.id()));
        worker.stop();
        archived.countDown();
        jobs.forget(vanishing);
        for (int kill = 1; kill <= kills; kill++) {
            jobs.thingsHappen();
            long before = jobs.written();
            worker.launch();
            if (kill % 4 == 1) {
                // anywhere in its start
                jobs.pause(6000);
            } else {
                // within the first transaction, or after some were committed; ends of the former ones count as records
                jobs.awaitMoreThan(before + Connected.MARKERS);
                jobs.thingsHappen();
                jobs.pause(kill % 2 == 0 ? 150 : 1500);
            }
            worker.kill();
        }
        worker.start();
        jobs.holdsEachFactOnceWhenAllIsRead();
        assertThat(jobs.records().size()).isGreaterThan(kills);
        await().untilAsserted(() -> assertThat(jobs.offset(vanishing.id()).toString()).contains("VANISHED"));
    }

    /** What was judged so far, for those who end a long run early. */
    private static synchronized void tally(String line) throws IOException {
        Files.writeString(TALLY, line + " events, each once, none missing\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    @Test
    void losesAndRepeatsNothingWhenOneOfTwoWorkersIsKilled() throws IOException {
        Map<String, String> waits = Map.of("scheduled.rebalance.max.delay.ms", "1000");
        try (var worker = worker("two", waits).start(); var other = worker("two", waits).start();
                var jobs = new Connected(broker, worker, other)) {
            jobs.run(2);
            for (int kill = 1; kill <= FEW; kill++) {
                jobs.moreHappensAndIsWritten();
                jobs.pause(300);
                ConnectWorker dying = kill % 2 == 0 ? worker : other;
                dying.kill();
                jobs.moreHappensAndIsWritten(Duration.ofSeconds(1), jobs::restartTasksOfADeadLeader);
                dying.start();
            }
            jobs.holdsEachFactOnceWhenAllIsRead(jobs::restartTasksOfADeadLeader);
            tally("one of two workers: " + FEW + " kills: " + jobs.records().size());
        }
    }

    @Test
    void losesNothingOnAWorkerWithoutExactlyOnceAndSaysSo() throws IOException {
        Map<String, String> plain = Map.of("exactly.once.source.support", "disabled", "offset.flush.interval.ms", "1000");
        try (var worker = worker("plain", plain).start(); var jobs = new Connected(broker, worker)) {
            assertThat(worker.configure(jobs.name, jobs.properties).body().path("message").asText())
                    .contains("does not have exactly-once source support enabled");
            jobs.properties.keySet().removeAll(List.of("exactly.once.support", "transaction.boundary"));
            jobs.run(2);
            for (int kill = 1; kill <= FEW; kill++) {
                jobs.moreHappensAndIsWritten();
                jobs.pause(1500);
                worker.kill();
                jobs.thingsHappen();
                worker.start();
            }
            jobs.awaitAll();
            jobs.received().withoutRepeats().holdEachFactOnce();
            assertThat(worker.log()).contains("Events are written at least once");
            tally("without exactly once: " + FEW + " kills, repeats left out: " + jobs.received().withoutRepeats().all().size());
        }
    }
}
