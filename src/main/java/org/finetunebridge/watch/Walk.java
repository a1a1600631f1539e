package org.finetunebridge.watch;

import java.util.List;
import java.util.function.Function;
import org.finetunebridge.event.Page;
import org.finetunebridge.memory.Cursor;
import org.finetunebridge.memory.News;

/**
 * The way of a poll through its resources, page by page. That it moves on holds only once the page is told: until then
 * it can be taken back.
 */
final class Walk {

    private final String reader;
    private final List<Way> resources;
    private int resource;
    private Place place;
    private Ending ending;
    private boolean observed;
    private int observedResource;
    private Ending observedEnding;

    /**
     * @param reader    who walks, for the log
     * @param resources to read, in order
     */
    Walk(String reader, List<Way> resources) {
        this.reader = reader;
        this.resources = resources;
    }

    /** Whether there is anything left to read. */
    boolean isOn() {
        return resource < resources.size();
    }

    /** How what is read now is asked. */
    Way way() {
        return resources.get(resource);
    }

    /** Where its reading stands. */
    Place place() {
        return place;
    }

    /** The job's end, seen but not told yet: it is told with what is read last. */
    Ending ending() {
        return ending;
    }

    void ending(Ending seen) {
        ending = seen;
    }

    /**
     * Readies the next page.
     *
     * @param afresh whether the memory may be another than before: what it does not know is read again
     * @param told   how far a resource was told, as it is confirmed so far
     */
    void ready(boolean afresh, Function<String, Cursor> told) {
        observed = false;
        if (place == null || afresh) {
            Way now = way();
            place = new Place(now, () -> told.apply(now.resource()));
        }
    }

    /** A page is held against the memory: that the walk moves on holds only once the page is told. */
    void observes() {
        observed = true;
        observedResource = resource;
        observedEnding = ending;
    }

    /** The page observed last is told. */
    void told() {
        observed = false;
    }

    /** The page observed last could not be told: it is read again. */
    void untold() {
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

    /** @return whether all pages were read, and to their true end; see {@link Place#passState} */
    boolean passState(Page page) {
        boolean shows = place.passState(page, reader);
        passed();
        return shows && !isOn();
    }

    /** @see Place#passNamed */
    void passNamed(Page page) {
        place.passNamed(page);
        passed();
    }

    /** @see Place#passRecent */
    boolean passRecent(Page page, boolean met) {
        boolean tell = place.passRecent(page, met);
        passed();
        return tell;
    }

    /** @see Place#passGrowth */
    void passGrowth(Page page, News news) {
        place.passGrowth(page, news, reader);
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
