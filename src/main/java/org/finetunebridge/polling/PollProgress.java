package org.finetunebridge.polling;

import java.util.List;
import java.util.function.Function;
import org.finetunebridge.event.RecordPage;
import org.finetunebridge.state.Cursor;
import org.finetunebridge.state.StateDiff;

/**
 * The way of a poll through its resources, page by page. That it moves on holds only once the page is told: until then
 * it can be taken back.
 */
final class PollProgress {

    private final String reader;
    private final List<PaginationStrategy> resources;
    private int resource;
    private Paginator place;
    private DeferredEnd ending;
    private boolean observed;
    private int observedResource;
    private DeferredEnd observedEnding;

    /**
     * @param reader    who walks, for the log
     * @param resources to read, in order
     */
    PollProgress(String reader, List<PaginationStrategy> resources) {
        this.reader = reader;
        this.resources = resources;
    }

    /** Whether there is anything left to read. */
    boolean isOn() {
        return resource < resources.size();
    }

    /** How what is read now is asked. */
    PaginationStrategy way() {
        return resources.get(resource);
    }

    /** Where its reading stands. */
    Paginator place() {
        return place;
    }

    /** The job's end, seen but not told yet: it is told with what is read last. */
    DeferredEnd ending() {
        return ending;
    }

    void ending(DeferredEnd seen) {
        ending = seen;
    }

    /**
     * Readies the next page.
     *
     * @param afresh whether the memory may be another than before: what it does not know is read again
     * @param published   how far a resource was told, as it is confirmed so far
     */
    void ready(boolean afresh, Function<String, Cursor> published) {
        observed = false;
        if (place == null || afresh) {
            PaginationStrategy now = way();
            place = new Paginator(now, () -> published.apply(now.resource()));
        }
    }

    /** A page is held against the memory: that the walk moves on holds only once the page is told. */
    void observes() {
        observed = true;
        observedResource = resource;
        observedEnding = ending;
    }

    /** The page observed last is told. */
    void published() {
        observed = false;
    }

    /** The page observed last could not be told: it is read again. */
    void rolledBack() {
        if (observed) {
            observed = false;
            ending = observedEnding;
            begin(observedResource);
        }
    }

    /** Nothing more of this job. */
    void end() {
        resource = resources.size();
    }

    /** @return whether all pages were read, and to their true end; see {@link Paginator#passState} */
    boolean passState(RecordPage page) {
        boolean shows = place.passState(page, reader);
        passed();
        return shows && !isOn();
    }

    /** @see Paginator#passNamed */
    void passNamed(RecordPage page) {
        place.passNamed(page);
        passed();
    }

    /** @see Paginator#passRecent */
    boolean passRecent(RecordPage page, boolean met) {
        boolean publish = place.passRecent(page, met);
        passed();
        return publish;
    }

    /** @see Paginator#passGrowth */
    void passGrowth(RecordPage page, StateDiff diff) {
        place.passGrowth(page, diff, reader);
        passed();
    }

    private void passed() {
        if (place.isOver()) {
            begin(resource + 1);
        }
    }

    private void begin(int next) {
        resource = next;
        place = null;
    }
}
