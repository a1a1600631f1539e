package org.finetunebridge.memory;

import java.time.Instant;
import java.util.List;
import org.finetunebridge.event.Finding;

/**
 * Where a page of a growing list stands against what was told of it.
 *
 * <p>A page is asked so that it begins with the last record told. If that record is where it should be, positions can
 * be trusted, whatever the clocks of the records say. If it is elsewhere in the page, the provider counts differently
 * than we assumed, and what follows the record is new. If it is nowhere, only time is left to go by.
 *
 * @param known    how many records at the head of the page were told before
 * @param newest   if not null, only records after this moment are new
 * @param recounts the list is being read again from its beginning, so that its positions are counted anew
 */
record Alignment(int known, Instant newest, boolean recounts) {

    static Alignment of(Cursor cursor, List<Finding> findings, long from) {
        long overlap = cursor.position() - from;
        if (overlap <= 0) {
            return new Alignment(0, null, false);
        }
        boolean recounts = overlap > 1;
        String anchor = cursor.last().get(cursor.last().size() - 1);
        if (overlap <= findings.size() && isCalled(findings.get((int) overlap - 1), anchor)) {
            return new Alignment((int) overlap, null, recounts);
        }
        int found = lastIndex(findings, anchor);
        return found < 0 ? new Alignment(0, cursor.newest(), recounts) : new Alignment(found + 1, null, recounts);
    }

    /** Whether the record is new as far as time tells. A record without a time is told: better twice than never. */
    boolean isNew(Finding finding) {
        return newest == null || finding.fact() == null || finding.fact().time() == null
                || finding.fact().time().isAfter(newest);
    }

    /** The position after a page, of which {@code passed} records had not been read before. */
    long end(Cursor cursor, long from, int size, int passed) {
        boolean held = newest == null || passed > 0;
        return held && (recounts || newest != null) ? from + size : cursor.position() + passed;
    }

    /** A record that could not be used when it was read may be usable today, and then has another name. */
    private static boolean isCalled(Finding finding, String name) {
        return finding.id().equals(name) || finding.fact() != null && Finding.nameOf(finding.raw()).equals(name);
    }

    private static int lastIndex(List<Finding> findings, String anchor) {
        for (int index = findings.size() - 1; index >= 0; index--) {
            if (isCalled(findings.get(index), anchor)) {
                return index;
            }
        }
        return -1;
    }
}
