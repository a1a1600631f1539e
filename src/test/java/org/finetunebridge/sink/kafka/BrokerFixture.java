package org.finetunebridge.sink.kafka;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Timer;
import java.util.TimerTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/**
 * One broker for the classes of a JVM that neither kill nor configure it, one after the other. Each test names its topics
 * and the like itself. It ends when no class wants it for a while: a start costs as much as three minutes without work.
 */
public abstract class BrokerFixture {

    private static final int IDLE = 60_000;
    private static final Timer TIMER = new Timer("broker", true);
    private static Path home;
    private static TimerTask end;
    /** Runs while there are tests that need it. */
    protected static Broker broker;

    @BeforeAll
    static void startBroker() throws IOException {
        synchronized (TIMER) {
            if (end != null) {
                end.cancel();
                end = null;
            }
            if (broker == null) {
                home = Files.createTempDirectory("broker");
                broker = Broker.start(home);
                Runtime.getRuntime().addShutdownHook(new Thread(BrokerFixture::stop));
            }
        }
    }

    @AfterAll
    static void stopBrokerSoon() {
        synchronized (TIMER) {
            end = new TimerTask() {
                @Override
                public void run() {
                    synchronized (TIMER) {
                        if (end == this) {
                            stop();
                        }
                    }
                }
            };
            TIMER.schedule(end, IDLE);
        }
    }

    private static void stop() {
        synchronized (TIMER) {
            if (broker != null) {
                broker.close();
                broker = null;
                delete(home);
            }
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
