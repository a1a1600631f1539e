package org.finetunebridge.cli;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.finetunebridge.camel.Bridge;
import org.slf4j.LoggerFactory;

/**
 * How the process ends: by itself, with an exit code of its own, or because a signal asked it to. A service is ended by
 * a signal (SIGTERM, Ctrl-C), so for one that is no failure: exit code 0, once everything under way is committed.
 */
final class ProcessShutdown {

    /** Verbs that end by themselves: a signal cuts them short, and the system's exit code says so. */
    private static final Set<String> SHORT = Set.of("once", "check", "replay", "state", "follow", "wait");
    /** Service managers wait ten seconds. What a sink did not confirm by then is forgotten, and read again. */
    private static final Duration LONGEST_STOP = Duration.ofSeconds(9);
    /** While it starts there is hardly anything to finish. */
    private static final Duration LONGEST_STOP_OF_A_START = Duration.ofSeconds(2);

    private volatile boolean service;
    private volatile boolean ending;
    private volatile boolean started;
    private volatile Bridge bridge;
    private volatile List<AutoCloseable> others = List.of();

    /** From here on a signal is obeyed as it should be, even before the arguments are understood. */
    void install(String... arguments) {
        service = Arrays.stream(arguments).noneMatch(SHORT::contains);
        Runtime.getRuntime().addShutdownHook(new Thread(this::signalled, "stop"));
    }

    /** What runs until a signal, and is closed then, in this order. */
    void serves(Bridge served, AutoCloseable... besides) {
        service = true;
        bridge = served;
        others = List.of(besides);
    }

    /** Pages are read from now on: a stop finishes what is under way. */
    void started() {
        started = true;
    }

    /** Closes what was served, however far it has come. Returns after {@link #LONGEST_STOP} at most. */
    void close() {
        within(LONGEST_STOP, () -> {
            if (bridge != null) {
                bridge.close();
            }
            for (AutoCloseable other : others) {
                other.close();
            }
        });
    }

    /** Ends the process with this exit code; never returns. */
    void exit(int code) {
        ending = true;
        System.exit(code);
    }

    private void signalled() {
        if (ending || !service) {
            return;
        }
        if (started) {
            close();
        } else if (bridge != null && bridge.publisher() != null) {
            // A commit under way is finished. The rest of a start cannot be interrupted, and has nothing to finish.
            within(LONGEST_STOP_OF_A_START, bridge.publisher()::close);
        }
        boolean fenced = bridge != null && bridge.publisher() != null && bridge.publisher().fenced().isDone();
        Runtime.getRuntime().halt(fenced ? BridgeCommand.FAILED : 0);
    }

    /** What may fail. */
    private interface Work {
        void run() throws Exception;
    }

    private static void within(Duration longest, Work work) {
        var thread = new Thread(() -> {
            try {
                work.run();
            } catch (Exception e) {
                LoggerFactory.getLogger(ProcessShutdown.class).error("while stopping", e);
            }
        }, "closing");
        thread.setDaemon(true);
        thread.start();
        try {
            thread.join(longest.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
