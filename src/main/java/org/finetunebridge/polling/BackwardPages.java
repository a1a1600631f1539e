package org.finetunebridge.polling;

import java.util.ArrayDeque;
import java.util.Deque;
import org.finetunebridge.event.RecordPage;

/**
 * The pages of a list that shows the newest first, walked back to what is known. Nothing of them is kept but how they
 * were asked: they are asked again on the way forward, so that they are told oldest first.
 *
 * <p>The newest page is not part of the way forward. While one walks, new records push old ones out of it, into a gap
 * between the pages; so it is looked at anew when all behind it is told, and there may be another way to walk.
 */
final class BackwardPages {

    private final Deque<String> behind = new ArrayDeque<>();
    private boolean forward;
    private String published;

    void add(String cursor) {
        behind.push(cursor);
    }

    boolean isEmpty() {
        return behind.isEmpty();
    }

    /**
     * Whether everything in the page that is read now comes after what is known: it is on the way forward, or the page
     * that comes after it was told just now.
     */
    boolean follows(RecordPage page) {
        return forward || published != null && published.equals(page.next());
    }

    /** How the page that is newer than this one, told now, was asked. */
    String forward(String now) {
        published = now;
        String cursor = behind.pop();
        forward = !behind.isEmpty();
        return cursor;
    }

    void clear() {
        behind.clear();
        published = null;
        forward = false;
    }
}
