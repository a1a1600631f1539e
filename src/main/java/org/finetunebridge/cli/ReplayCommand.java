package org.finetunebridge.cli;

import java.util.Map;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.replay.DeadLetterReplayer;
import org.finetunebridge.replay.ReplayOutcome;
import picocli.CommandLine.Command;

/** The dead letters once more. */
@Command(name = "replay", description = "Try the dead letters again: records through today's mappings, failed requests"
        + " by asking again. What works leaves the store.")
final class ReplayCommand extends BridgeCommand.Verb {

    @Override
    public Integer call() throws Exception {
        try (Bridge bridge = parent.options().bridge(true, Map.of())) {
            bridge.init();
            ReplayOutcome outcome = new DeadLetterReplayer(bridge).run();
            out().println(outcome);
            return outcome.left() == 0 ? 0 : BridgeCommand.FAILED;
        }
    }
}
