package org.finetunebridge.command;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.finetunebridge.Bridge;
import org.finetunebridge.deadletter.Letter;
import org.finetunebridge.sink.Session;
import org.finetunebridge.watch.Replay;
import org.finetunebridge.watch.Watch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** The dead letters once more. */
@Command(name = "replay", description = "Try the dead letters again: records through today's mappings, failed requests"
        + " by asking again. What works leaves the store.")
final class ReplayCommand implements Callable<Integer> {

    @ParentCommand
    private BridgeCommand parent;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        try (Bridge bridge = parent.options().bridge(true, Map.of())) {
            bridge.init();
            bridge.publisher().session();
            List<Letter> letters = bridge.sink().deadLetters().stream().map(Letter::read).toList();
            Set<String> worked = new HashSet<>();
            letters.stream().filter(letter -> letter.record() != null && tell(letter, bridge))
                    .forEach(letter -> worked.add(letter.id()));
            List<Letter> requests = letters.stream().filter(letter -> letter.record() == null).toList();
            if (!requests.isEmpty()) {
                askAgain(bridge);
                requests.stream().filter(letter -> isWell(letter, bridge)).forEach(letter -> worked.add(letter.id()));
            }
            bridge.sink().removeDeadLetters(letter -> worked.contains(Letter.read(letter).id()));
            return summary(letters.size(), worked.size());
        }
    }

    private int summary(int letters, int worked) {
        int left = letters - worked;
        spec.commandLine().getOut().println(letters == 0 ? "there are no dead letters"
                : worked + " of " + letters + " dead letters work now" + (left == 0 ? "" : ", " + left + " stay"));
        return left == 0 ? 0 : BridgeCommand.FAILED;
    }

    private static boolean tell(Letter letter, Bridge bridge) {
        Replay replay = bridge.context().getRegistry().lookupByNameAndType(letter.account() + "-replay", Replay.class);
        return replay != null && replay.tell(letter);
    }

    /** One sweep of everything: it takes up every parked job and source. */
    private static void askAgain(Bridge bridge) throws InterruptedException {
        bridge.start();
        for (Watch watch : bridge.watches()) {
            watch.awaitFirstSweep();
        }
    }

    private static boolean isWell(Letter letter, Bridge bridge) {
        Session session = bridge.publisher().session();
        boolean watched = bridge.watches().stream().anyMatch(watch -> watch.source().name().equals(letter.account()));
        return watched && session.of(letter.account(), letter.job()).trouble() == null;
    }
}
