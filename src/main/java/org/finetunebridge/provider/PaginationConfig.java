package org.finetunebridge.provider;

import java.util.Map;
import java.util.Set;

/**
 * How the resources of a provider are asked: each set names some of them. One that is in none shows how things stand
 * now, page by page.
 *
 * @param growing  a list that grows at its end: asked from the position of the last record told
 * @param whole    a list without pages: asked whole every time, and told from where it was left
 * @param recent   a list of named records, newest first: read back to what is known, then told from there on
 * @param after    a list of named records, oldest first: asked from the name of the last record told
 * @param numbered records without a name: their ordinal among equal ones, counted from the oldest, is part of their key
 * @param indexed  records that may be equal: their position in the list is part of their key
 * @param settling the last record may still change: held back until it was read twice the same, or the job is over
 * @param first    what the first page of a resource is asked with, where that is not nothing
 */
public record PaginationConfig(Set<String> growing, Set<String> whole, Set<String> recent, Set<String> after, Set<String> numbered,
        Set<String> indexed, Set<String> settling, Map<String, String> first) {

    /** Whether the records of the resource have names that its pages can be asked by. */
    public boolean named(String resource) {
        return recent.contains(resource) || after.contains(resource);
    }

    /** The cursor of a resource's first page. */
    public String first(String resource) {
        return first.getOrDefault(resource, "");
    }
}
