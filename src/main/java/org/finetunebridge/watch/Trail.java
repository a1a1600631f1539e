package org.finetunebridge.watch;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The pages of a list that shows the newest first, walked back to what is known. Nothing of them is kept but how they
 * were asked: they are asked again on the way forward, so that they are told oldest first.
 *
 * <p>The newest page is not part of the way forward. While one walks, new records push old ones out of it, into a gap
 * between the pages; so it is looked at anew when all behind it is told, and there may be another way to walk.
 */
final class Trail {

    private final Deque<String> behind = new ArrayDeque<>();
    private boolean forward;

    void add(String cursor) {
        behind.push(cursor);
    }

    boolean isEmpty() {
        return behind.isEmpty();
    }

    /** Whether everything in the page that is read now comes after what is known. */
    boolean isForward() {
        return forward;
    }

    /** How the next newer page was asked. */
    String forward() {
        String cursor = behind.pop();
        forward = !behind.isEmpty();
        return cursor;
    }

    void clear() {
        behind.clear();
        forward = false;
    }
}
