package org.finetunebridge.polling;

import java.time.Duration;
import java.time.Instant;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.state.Suspension;

/**
 * What keeps a source, or its list of jobs alone, from being asked, and until when. Not safe for threads: the watch
 * guards it.
 */
final class SourceHold {

    /** No provider is obeyed for longer. */
    private static final Duration LONGEST_WAIT = Duration.ofDays(1);

    private final boolean listsJobs;
    private Instant until = Instant.EPOCH;
    private Suspension ofSource;
    private Suspension ofList;

    SourceHold(boolean listsJobs) {
        this.listsJobs = listsJobs;
    }

    /** What keeps only the list from being read, of all that is remembered of a source; null if nothing does. */
    static Suspension ofList(Suspension remembered) {
        boolean own = remembered == null || remembered.means().equals(RetryPolicy.word(ErrorAction.JOB));
        return own ? remembered : remembered.list();
    }

    /** The end of a trouble. A wait that was written while the clock was wrong must not last for years. */
    static Instant end(Suspension suspension, Instant now) {
        return suspension.until().isAfter(now.plus(LONGEST_WAIT)) ? now : suspension.until();
    }

    /** The worst there is to say; null if there is nothing. */
    Suspension suspension() {
        boolean parked = ofSource != null && ofSource.parked();
        return ofList == null || parked ? ofSource : ofList;
    }

    /** Before which nothing is asked; in the past if nothing keeps the source from it. */
    Instant until() {
        return until;
    }

    boolean isOn(Instant now) {
        return until.isAfter(now);
    }

    void extend(Instant moment) {
        until = PollQueue.later(until, moment);
    }

    /**
     * As a sweep begins: the trouble of the account, and that of its list alone, as the memory has them.
     *
     * @param fresh whether what is set aside is looked at all the same
     */
    void recall(Suspension remembered, Instant now, boolean fresh) {
        Suspension list = ofList(remembered);
        ofSource = remembered == list ? null : remembered;
        ofList = listsJobs ? list : null;
        if (ofSource != null && !(ofSource.parked() && fresh)) {
            extend(end(ofSource, now));
        }
    }

    /** What keeps the list alone from being read now; null if nothing does. */
    Suspension listTrouble(Instant now) {
        return ofList != null && end(ofList, now).isAfter(now) ? ofList : null;
    }

    /** What was told of the same trouble: it may be too new for the memory the page was held against. */
    Suspension known(PollTask poll, ProviderException failure) {
        boolean source = failure.means() == ErrorAction.SOURCE;
        Suspension now = source ? ofSource : poll.isList() ? ofList : null;
        Suspension before = poll.session().of(poll.getSource(), source ? "" : poll.getJob()).suspension();
        return now != null ? now : source || !poll.isList() ? before : ofList(before);
    }

    void failed(PollTask poll, RetryPolicy.Verdict verdict) {
        if (verdict.ofAll()) {
            extend(verdict.until());
            ofSource = verdict.suspension() == null ? ofSource : verdict.suspension();
        } else if (poll.isList() && verdict.parked()) {
            ofList = verdict.suspension();
        }
    }

    void listRead() {
        ofList = null;
    }

    /** It is not certain any more that it is remembered. */
    void forget() {
        ofSource = null;
        ofList = null;
    }
}
