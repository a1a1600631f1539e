package org.finetunebridge.replay;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.deadletter.DeadLetter;
import org.finetunebridge.polling.SourcePoller;
import org.finetunebridge.sink.SinkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The dead letters once more: records through today's mappings, failed requests by asking again. What works leaves the
 * store.
 */
public final class DeadLetterReplayer {

    private static final Logger LOG = LoggerFactory.getLogger(DeadLetterReplayer.class);

    private final Bridge bridge;

    /** @param bridge for one catch-up; readied, not started, and the only one on its state */
    public DeadLetterReplayer(Bridge bridge) {
        this.bridge = bridge;
    }

    /**
     * How it went.
     *
     * @param letters there were
     * @param worked  and left the store
     */
    public record Outcome(int letters, int worked) {

        /** Those that stay. */
        public int left() {
            return letters - worked;
        }

        @Override
        public String toString() {
            return letters == 0 ? "there are no dead letters" : worked + " of " + letters + " dead letters work now"
                    + (left() == 0 ? "" : ", " + left() + " stay");
        }
    }

    /** Takes as long as one catch-up of every source, if requests had failed. */
    public Outcome run() throws InterruptedException {
        bridge.publisher().session();
        List<DeadLetter> letters = bridge.sink().deadLetters().stream().map(DeadLetter::read).toList();
        long strange = letters.stream().filter(letter -> letter.id().isEmpty()).count();
        if (strange > 0) {
            LOG.warn("Dead letters that are no CloudEvents in JSON stay where they are: {}", strange);
        }
        Set<String> worked = new HashSet<>();
        letters.stream().filter(letter -> letter.record() != null && publish(letter))
                .forEach(letter -> worked.add(letter.id()));
        List<DeadLetter> requests = letters.stream().filter(letter -> letter.record() == null).toList();
        if (!requests.isEmpty()) {
            askAgain();
            requests.stream().filter(this::isWell).forEach(letter -> worked.add(letter.id()));
        }
        if (!worked.isEmpty()) {
            bridge.sink().removeDeadLetters(letter -> worked.contains(DeadLetter.read(letter).id()));
        }
        return new Outcome(letters.size(), worked.size());
    }

    private boolean publish(DeadLetter letter) {
        RecordReplayer replay = bridge.context().getRegistry().lookupByNameAndType(letter.account() + "-replay", RecordReplayer.class);
        return replay != null && replay.publish(letter);
    }

    /** One sweep of everything: it takes up every parked job and source. */
    private void askAgain() throws InterruptedException {
        bridge.start();
        for (SourcePoller poller : bridge.pollers()) {
            poller.awaitFirstSweep();
        }
    }

    private boolean isWell(DeadLetter letter) {
        SinkSession session = bridge.publisher().session();
        boolean watched = bridge.pollers().stream().anyMatch(poller -> poller.source().name().equals(letter.account()));
        return watched && session.of(letter.account(), letter.job()).suspension() == null;
    }
}
