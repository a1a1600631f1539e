package org.finetunebridge.polling;

import java.util.ArrayList;
import java.util.List;
import org.finetunebridge.event.Fact;

/**
 * What is to be published of one job's statuses, read after read: each change, but that an end is left only once two reads
 * in a row do not show it.
 */
final class StatusModel {

    private final List<String> published = new ArrayList<>();
    private String leaving;

    /** One read shows this status. */
    void shows(String status) {
        String last = published.isEmpty() ? null : published.get(published.size() - 1);
        if (status.equals(last)) {
            leaving = null;
        } else if (Fact.isTerminal(last) && leaving == null) {
            leaving = status;
        } else {
            if (leaving != null && !leaving.equals(status)) {
                published.add(leaving);
            }
            published.add(status);
            leaving = null;
        }
    }

    List<String> published() {
        return List.copyOf(published);
    }
}
