package org.finetunebridge.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.polling.CycleResult;
import org.finetunebridge.polling.SourcePoller;
import org.finetunebridge.sink.Batch;

/** One full catch-up of every source. */
final class OnceCommand extends Verb {

    private static final int SECONDS_IN_SILENCE = 1;

    OnceCommand() {
        super("once", "Catch up with every source once, then end.");
    }

    @Override
    int call() throws Exception {
        PrintWriter err = err();
        try (Bridge bridge = configuration().bridge(true, Map.of())) {
            bridge.init();
            RunCommand.requireSources(bridge.settings(), configuration().hints(), err);
            var tally = new CommitTally(BridgeCommand.isTerminal() ? err : null);
            bridge.publisher().onCommit(tally);
            openSink(bridge, err);
            bridge.start();
            for (SourcePoller poller : bridge.pollers()) {
                poller.awaitFirstCycle();
            }
            tally.end();
            return summary(bridge, tally);
        }
    }

    /** Says that it waits before anybody wonders, and for what. */
    private static void openSink(Bridge bridge, PrintWriter err) {
        String waits = "Waiting for the sink (" + bridge.settings().sink() + "), two minutes at most";
        CompletableFuture<Void> notice = CompletableFuture.runAsync(() -> err.println(waits),
                CompletableFuture.delayedExecutor(SECONDS_IN_SILENCE, TimeUnit.SECONDS));
        try {
            String why = RunCommand.openSink(bridge);
            if (why != null) {
                err.println(waits + ": " + why);
            }
        } finally {
            notice.cancel(false);
        }
    }

    private int summary(Bridge bridge, CommitTally tally) {
        boolean fenced = bridge.publisher().fenced().isDone();
        if (fenced) {
            err().println(bridge.publisher().fenced().join().getMessage());
        }
        int result = fenced ? BridgeCommand.FAILED : 0;
        for (SourcePoller poller : bridge.pollers()) {
            CycleResult jobs = poller.result();
            CommitTally.Count count = tally.of(poller.source().name());
            out().println(poller.source().name() + ": " + count(jobs.read(), "job") + " read, "
                    + count(count.events(), "event") + " published, " + count.deadLetters() + " dead-lettered"
                    + (jobs.failed() == 0 ? "" : "; " + jobs.failed() + " not read: " + jobs.reason()));
            result = jobs.failed() == 0 && count.deadLetters() == 0 ? result : BridgeCommand.FAILED;
        }
        return result;
    }

    /** {@code 1 job}, {@code 2 jobs}. */
    static String count(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    /** Counts what is committed, source by source, and shows a person who waits how far it is. */
    private static final class CommitTally implements Consumer<Batch> {

        private static final long MILLIS_BETWEEN = 200;
        private static final ObjectMapper MAPPER = new ObjectMapper();

        private final Map<String, Count> counts = new TreeMap<>();
        private final PrintWriter progress;
        private long shown;

        /** Events that were published, and dead letters that were written. */
        record Count(int events, int deadLetters) {
            Count plus(Batch batch) {
                return new Count(events + batch.events().size(), deadLetters + batch.deadLetters().size());
            }
        }

        /** @param progress one line of it keeps changing; null for none */
        CommitTally(PrintWriter progress) {
            this.progress = progress;
        }

        @Override
        public synchronized void accept(Batch batch) {
            counts.merge(source(batch), new Count(0, 0).plus(batch), (before, one) -> before.plus(batch));
            long now = System.currentTimeMillis();
            if (progress != null && now - shown >= MILLIS_BETWEEN) {
                shown = now;
                progress.print("\r" + counts.values().stream().mapToInt(Count::events).sum() + " events …");
                progress.flush();
            }
        }

        /** Clears the line. */
        void end() {
            if (progress != null) {
                progress.print("\r\u001b[K");
                progress.flush();
            }
        }

        /** What came of one source so far. */
        synchronized Count of(String source) {
            return counts.getOrDefault(source, new Count(0, 0));
        }

        /** A page is of one source, and so is its batch. */
        private static String source(Batch batch) {
            if (!batch.states().isEmpty()) {
                return batch.states().get(0).source();
            }
            EncodedEvent event = (batch.events().isEmpty() ? batch.deadLetters() : batch.events()).get(0);
            try {
                var json = MAPPER.readTree(event.value());
                return (event.headers().isEmpty() ? json.path("data") : json).path("account").asText();
            } catch (IOException e) {
                throw new IllegalStateException("an event is JSON", e);
            }
        }
    }
}
