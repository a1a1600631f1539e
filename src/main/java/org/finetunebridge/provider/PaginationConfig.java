package org.finetunebridge.provider;

import java.util.Map;
import java.util.Set;
import org.finetunebridge.event.RecordKeyStrategy;

/**
 * How the resources of a provider are asked: each set names some of them. One that is in none shows how things stand
 * now, page by page.
 *
 * @param growing  a list that grows at its end: asked from the position of the last record published
 * @param whole    a list without pages: asked whole every time, and published from where it was left
 * @param recent   a list of named records, newest first: read back to what is known, then published from there on
 * @param after    a list of named records, oldest first: asked from the name of the last record published
 * @param numbered records without a name: their ordinal among equal ones, counted from the oldest, is part of their key
 * @param indexed  records that may be equal: their position in the list is part of their key
 * @param settling the last record may still change: deferred until it was read twice the same, or the job is over
 * @param first    what the first page of a resource is asked with, where that is not nothing
 * @param pageSizes how many records a page of a resource is asked for, where its list does not say whether there is more
 */
public record PaginationConfig(Set<String> growing, Set<String> whole, Set<String> recent, Set<String> after, Set<String> numbered,
        Set<String> indexed, Set<String> settling, Map<String, String> first, Map<String, Integer> pageSizes) {

    /** Without sizes of pages. */
    public PaginationConfig(Set<String> growing, Set<String> whole, Set<String> recent, Set<String> after,
            Set<String> numbered, Set<String> indexed, Set<String> settling, Map<String, String> first) {
        this(growing, whole, recent, after, numbered, indexed, settling, first, Map.of());
    }

    /** How the records of a page are named that begins at this place of the list. */
    public RecordKeyStrategy naming(String resource, long from) {
        return new RecordKeyStrategy(recent.contains(resource), numbered.contains(resource),
                indexed.contains(resource) ? from : -1);
    }

    /** How many records a page of the resource is asked for; 0 if the descriptor does not say. */
    public int pageSize(String resource) {
        return pageSizes.getOrDefault(resource, 0);
    }

    /** The cursor of a resource's first page. */
    public String first(String resource) {
        return first.getOrDefault(resource, "");
    }
}
