package org.finetunebridge.cli;

import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.polling.CycleResult;
import org.finetunebridge.polling.SourcePoller;
import picocli.CommandLine.Command;

/** One full catch-up of every source. */
@Command(name = "once", description = "Catch up with every source once, then end.")
final class OnceCommand extends BridgeCommand.Verb {

    private static final int SECONDS_IN_SILENCE = 1;

    @Override
    public Integer call() throws Exception {
        PrintWriter err = err();
        try (Bridge bridge = parent.options().bridge(true, Map.of())) {
            bridge.init();
            RunCommand.requireSources(bridge.settings(), parent.options().hints(), err);
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
}
