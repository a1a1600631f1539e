package org.finetunebridge.polling;

import org.finetunebridge.event.RecordKeyStrategy;
import org.finetunebridge.event.RecordPage;
import org.finetunebridge.provider.PaginationConfig;

/**
 * How one resource is asked.
 *
 * @param resource its name
 * @param ways     those of its provider
 */
record PaginationStrategy(String resource, PaginationConfig ways) {

    /** Whether it is a list that grows at its end, asked by position. */
    boolean isGrowing() {
        return ways.growing().contains(resource);
    }

    /** Whether it is a list that is asked whole. */
    boolean isWhole() {
        return ways.whole().contains(resource);
    }

    /** Whether it is a list of records whose names it is asked by. */
    boolean isNamed() {
        return ways.named(resource);
    }

    /** Whether a list of named records is shown newest first: as the page tells, or else as the provider is known for. */
    boolean isNewestFirst(RecordPage page) {
        return page.newestFirst() == null ? ways.recent().contains(resource) : page.newestFirst();
    }

    /** Whether the last record of the list may still change. */
    boolean isSettling() {
        return ways.settling().contains(resource);
    }

    /** How the records of a page are named that was asked from this position. */
    RecordKeyStrategy naming(long from) {
        return new RecordKeyStrategy(ways.recent().contains(resource), ways.numbered().contains(resource),
                ways.indexed().contains(resource) ? from : -1);
    }

    /** What the first page is asked with. */
    String first() {
        return ways.first(resource);
    }
}
