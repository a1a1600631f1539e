package org.finetunebridge.polling;

import java.lang.ref.WeakReference;
import java.util.LinkedHashMap;
import java.util.Map;
import org.finetunebridge.sink.SinkSession;

/**
 * How far the way back through newest-first lists came that were not read to their end. A job whose list has more pages
 * than can be read before the poll is given up would otherwise begin at the newest page every time, and never be
 * published. Kept while the process lives; if too many are interrupted, the oldest are forgotten.
 */
final class InterruptedReadings {

    private static final int KEPT = 1_000;

    private final Map<String, Reading> readings = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Reading> eldest) {
            return size() > KEPT;
        }
    };

    /** Where a reading stood, and the session whose state its way forward is compared with. */
    private record Reading(ListPosition place, WeakReference<SinkSession> session) {

        /** In another session, what was published on the way forward may be lost. */
        boolean holdsIn(SinkSession now) {
            return session.get() == now || !place.forward() && place.older() == null;
        }
    }

    /** A page is read: everything that comes before it in this reading is published, or has been passed. */
    synchronized void reading(PollTask poll) {
        if (poll.place().newer() != null) {
            readings.put(key(poll), new Reading(poll.place().afterInterruption(), new WeakReference<>(poll.session())));
        } else if (poll.place().again() || poll.place().older() != null) {
            readings.remove(key(poll));
        }
    }

    /** The step itself; or where an interrupted reading stood, if this one begins the same way back. */
    synchronized ListReader.Step resumed(PollTask poll, ListReader.Step step) {
        boolean begins = poll.place().newer() == null && step.next() != null && step.next().newer() != null;
        Reading reading = begins || step.next() == null ? readings.remove(key(poll)) : null;
        return !begins || reading == null || !reading.holdsIn(poll.session()) ? step
                : new ListReader.Step(step.diff(), reading.place(), step.wrong());
    }

    /** What was read of the task after its last page that is committed was not committed. */
    synchronized void forget(PollTask poll) {
        poll.remaining().forEach(resource -> readings.remove(poll.getJob() + ' ' + resource));
    }

    private static String key(PollTask poll) {
        return poll.getJob() + ' ' + poll.getResource();
    }
}
