package org.finetunebridge.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.finetunebridge.connect.Connected.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.finetunebridge.simulator.SimulatedJob;
import org.finetunebridge.sink.kafka.Broker;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
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
class ConnectIT {

    private static final int KILLS = Integer.getInteger("kills", 10);
    /** Of other kinds of workers. */
    private static final int FEW = Math.max(2, KILLS / 10);

    @TempDir
    private static Path home;
    private static Broker broker;

    @BeforeAll
    static void startBroker() {
        broker = Broker.start(home.resolve("broker"));
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    private static ConnectWorker worker(String group, Map<String, String> more) {
        return new ConnectWorker(broker.address(), home, group, more);
    }

    /** Once everything is down for longer, and a job is gone meanwhile. First, for it makes the starts of the others cheap. */
    @Test
    @Order(1)
    void losesAndRepeatsNothingWhenTheWorkerIsKilledAgainAndAgain() {
        try (var worker = worker("one", Map.of()).start(); var jobs = new Connected(broker, worker)) {
            SimulatedJob vanishing = jobs.world.account("minimax").create("ft-vanishing").become("RUNNING");
            jobs.run(2);
            await().until(() -> jobs.keys().contains(vanishing.id()));
            worker.stop();
            jobs.forget(vanishing);
            worker.start();
            for (int kill = 1; kill <= KILLS; kill++) {
                jobs.thingsHappen();
                if (kill % 4 == 1) {
                    // anywhere in its start; whoever joins a group and dies lets the next wait
                    jobs.pause(3000);
                } else {
                    jobs.awaitMoreThan(jobs.written());
                    // within the first transaction, or after some were committed
                    jobs.pause(kill % 2 == 0 ? 150 : 3000);
                }
                worker.kill();
                jobs.thingsHappen();
                worker.start();
            }
            jobs.holdsEachFactOnceWhenAllIsRead();
            assertThat(jobs.records().size()).isGreaterThan(KILLS);
            await().untilAsserted(() -> assertThat(jobs.offset(vanishing.id()).toString()).contains("VANISHED"));
        }
    }

    @Test
    void losesAndRepeatsNothingWhenOneOfTwoWorkersIsKilled() {
        Map<String, String> waits = Map.of("scheduled.rebalance.max.delay.ms", "1000");
        try (var worker = worker("two", waits).start(); var other = worker("two", waits).start();
                var jobs = new Connected(broker, worker, other)) {
            jobs.run(2);
            for (int kill = 1; kill <= FEW; kill++) {
                jobs.thingsHappen();
                jobs.awaitMoreThan(jobs.written());
                jobs.pause(300);
                ConnectWorker dying = kill % 2 == 0 ? worker : other;
                dying.kill();
                jobs.thingsHappen();
                jobs.awaitMoreThan(jobs.written(), Duration.ofSeconds(1), jobs::restartTasksOfADeadLeader);
                dying.start();
            }
            jobs.holdsEachFactOnceWhenAllIsRead(jobs::restartTasksOfADeadLeader);
        }
    }

    @Test
    void losesNothingOnAWorkerWithoutExactlyOnceAndSaysSo() {
        Map<String, String> plain = Map.of("exactly.once.source.support", "disabled", "offset.flush.interval.ms", "1000");
        try (var worker = worker("plain", plain).start(); var jobs = new Connected(broker, worker)) {
            jobs.properties.keySet().removeAll(List.of("exactly.once.support", "transaction.boundary"));
            jobs.run(2);
            for (int kill = 1; kill <= FEW; kill++) {
                jobs.thingsHappen();
                jobs.awaitMoreThan(jobs.written());
                jobs.pause(1500);
                worker.kill();
                jobs.thingsHappen();
                worker.start();
            }
            jobs.awaitAll();
            jobs.received().withoutRepeats().holdEachFactOnce();
            assertThat(worker.log()).contains("Events are written at least once");
        }
    }
}
