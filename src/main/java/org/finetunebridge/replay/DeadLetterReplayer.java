package org.finetunebridge.replay;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.deadletter.DeadLetter;
import org.finetunebridge.deadletter.DeadLetter.Kind;
import org.finetunebridge.event.cloudevents.CloudEventWriter;
import org.finetunebridge.polling.PollListener;
import org.finetunebridge.polling.SourcePoller;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.sink.SinkUnavailableException;
import org.finetunebridge.state.Suspension;
import org.finetunebridge.text.LogSanitizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries every dead letter again: a record goes through today's mappings, a failed request is made again. A letter leaves
 * the store only if what it is about is published now, or if the state proves that it was published before.
 */
public final class DeadLetterReplayer {

    private static final Logger LOG = LoggerFactory.getLogger(DeadLetterReplayer.class);

    private final Bridge bridge;

    /** @param bridge for one catch-up; initialised, not started, and the only one on its state */
    public DeadLetterReplayer(Bridge bridge) {
        this.bridge = bridge;
    }

    /**
     * Replays. Takes as long as one catch-up of every source, if requests had failed.
     *
     * @throws SinkUnavailableException if the sink cannot be opened, or the letters cannot be read or removed
     */
    public ReplayOutcome run() throws InterruptedException {
        bridge.publisher().session();
        List<DeadLetter> letters = bridge.publisher().deadLetters().stream().map(DeadLetter::read).toList();
        var outcome = new ReplayOutcome(letters.size());
        of(Kind.FOREIGN, letters).forEach(letter -> outcome.stays(letter, "it is no dead letter of this bridge"));
        of(Kind.INCOMPLETE, letters).forEach(letter -> outcome.stays(letter, "it does not hold its record or event whole"));
        boolean whole = publish(of(Kind.RECORD, letters), outcome);
        List<DeadLetter> requests = of(Kind.REQUEST, letters);
        if (whole && !requests.isEmpty()) {
            readAgain(requests, outcome);
        }
        if (outcome.anyPublished()) {
            bridge.publisher().session();
            bridge.publisher().removeDeadLetters(outcome::isPublished);
        }
        return outcome;
    }

    private static List<DeadLetter> of(Kind kind, List<DeadLetter> letters) {
        return letters.stream().filter(letter -> letter.kind() == kind).toList();
    }

    /** Returns false if the sink failed: what was committed until then counts, the rest stays. */
    private boolean publish(List<DeadLetter> records, ReplayOutcome outcome) {
        Map<String, List<DeadLetter>> bySource = records.stream()
                .collect(Collectors.groupingBy(DeadLetter::account, TreeMap::new, Collectors.toList()));
        for (SourceSettings source : bridge.settings().sources()) {
            List<DeadLetter> own = bySource.remove(source.name());
            try {
                if (own != null) {
                    replayer(source).replay(own, outcome);
                }
            } catch (SinkUnavailableException e) {
                LOG.warn("The replay stops, because nothing can be written: {}", e.getMessage());
                return false;
            }
        }
        bySource.values().forEach(all -> all.forEach(letter -> outcome.stays(letter, unknown(letter))));
        return true;
    }

    private RecordReplayer replayer(SourceSettings source) {
        return new RecordReplayer(source, bridge.mappings(),
                new CloudEventWriter(source.provider().name(), source.name(), source.zone(), bridge.settings().binary()), bridge.publisher(),
                bridge.clock());
    }

    /** Reads everything once; suspended jobs and sources as well. */
    private void readAgain(List<DeadLetter> requests, ReplayOutcome outcome) throws InterruptedException {
        Map<String, Set<String>> read = new TreeMap<>();
        for (SourcePoller poller : bridge.pollers()) {
            Set<String> jobs = ConcurrentHashMap.newKeySet();
            read.put(poller.source().name(), jobs);
            poller.onPoll(new PollListener() {
                @Override
                public void jobRead(String job) {
                    jobs.add(job);
                }
            });
        }
        bridge.start();
        for (SourcePoller poller : bridge.pollers()) {
            poller.awaitFirstCycle();
        }
        for (DeadLetter letter : requests) {
            String reason = notRead(letter, read.get(letter.account()));
            if (reason == null) {
                outcome.published(letter);
            } else {
                outcome.stays(letter, reason);
            }
        }
    }

    /**
     * Why the letter stays; null if all that it is about was read to its end just now.
     *
     * @param jobs that were; null if the source is not on
     */
    private String notRead(DeadLetter letter, Set<String> jobs) {
        if (jobs == null) {
            return unknown(letter);
        }
        SourceSettings source = bridge.settings().sources().stream().filter(one -> one.name().equals(letter.account()))
                .findFirst().orElseThrow();
        String unread = letter.resource().isEmpty() ? null : unread(letter, source);
        if (unread != null) {
            return unread;
        }
        boolean listed = source.listsJobs();
        boolean read = letter.job().isEmpty() && !listed ? !jobs.isEmpty() : jobs.contains(letter.job());
        Suspension suspension = bridge.publisher().session().of(letter.account(), letter.job()).suspension();
        if (suspension != null) {
            return "it still cannot be read: " + suspension.reason();
        }
        return read ? null : "it was not read again: it failed for the moment, or its job is not polled any more";
    }

    /** Why nothing that the letter is about is read with today's configuration; null if it is. */
    static String unread(DeadLetter letter, SourceSettings source) {
        return source.reads(letter.resource()) ? null : "what it is about is not read: " + source.name() + " does not follow "
                + (letter.resource().isEmpty() ? "it" : LogSanitizer.line(letter.resource()));
    }

    private static String unknown(DeadLetter letter) {
        return "no source of the name " + LogSanitizer.line(letter.account()) + " is on";
    }
}
