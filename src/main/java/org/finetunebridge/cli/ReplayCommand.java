package org.finetunebridge.cli;

import java.util.Map;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.replay.DeadLetterReplayer;
import org.finetunebridge.replay.ReplayOutcome;

/** The dead letters once more. */
final class ReplayCommand extends Verb {

    ReplayCommand() {
        super("replay", "Try the dead letters again: records through today's mappings, failed requests by asking again. What works"
                + " leaves the store.");
    }

    @Override
    int call() throws Exception {
        try (Bridge bridge = configuration().bridge(true, Map.of())) {
            bridge.init();
            ReplayOutcome outcome = new DeadLetterReplayer(bridge).run();
            out().println(outcome);
            return outcome.left() == 0 ? 0 : BridgeCommand.FAILED;
        }
    }
}
