package org.finetunebridge.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.polling.CycleResult;
import org.finetunebridge.polling.SourcePoller;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** One full catch-up of every source. */
@Command(name = "once", description = "Catch up with every source once, then end.")
final class OnceCommand implements Callable<Integer> {

    @ParentCommand
    private BridgeCommand parent;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        try (Bridge bridge = parent.options().bridge(true, Map.of())) {
            bridge.init();
            RunCommand.requireSources(bridge.settings(), spec.commandLine().getErr());
            var progress = new ProgressLine(spec.commandLine().getErr());
            if (System.console() != null) {
                bridge.publisher().onCommit(progress);
            }
            RunCommand.openSink(bridge.publisher());
            bridge.start();
            for (SourcePoller poller : bridge.pollers()) {
                poller.awaitFirstSweep();
            }
            if (System.console() != null) {
                progress.end();
            }
            return summary(bridge);
        }
    }

    private int summary(Bridge bridge) {
        boolean fenced = bridge.publisher().fenced().isDone();
        if (fenced) {
            spec.commandLine().getErr().println(bridge.publisher().fenced().join().getMessage());
        }
        int result = fenced ? BridgeCommand.FAILED : 0;
        for (SourcePoller poller : bridge.pollers()) {
            CycleResult tally = poller.tally();
            spec.commandLine().getOut().println(poller.source().name() + ": " + tally.read() + (tally.read() == 1 ? " job read" : " jobs read")
                    + (tally.failed() == 0 ? "" : ", " + tally.failed() + " not read: " + tally.reason()));
            result = tally.failed() == 0 ? result : BridgeCommand.FAILED;
        }
        return result;
    }
}
