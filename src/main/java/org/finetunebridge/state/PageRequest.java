package org.finetunebridge.state;

import java.util.Set;

/**
 * How a page of a growing list was asked for.
 *
 * @param resource the list's name
 * @param from     the position asked for: that of the last record told, so that it can be held against the memory
 * @param again    whether the place was lost, and the list is being read from its beginning to find it
 * @param before   names of the records of the page read just before, to know a page that repeats; may be empty
 */
public record PageRequest(String resource, long from, boolean again, Set<String> before) {

    /** For this page of a list, nothing having been read before. */
    public static PageRequest from(long position, String resource) {
        return new PageRequest(resource, position, false, Set.of());
    }
}
