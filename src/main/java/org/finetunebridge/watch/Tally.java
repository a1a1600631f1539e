package org.finetunebridge.watch;

/**
 * How a sweep goes.
 *
 * @param read   jobs read to their end
 * @param failed jobs, or the list, that could not be read
 * @param reason what failed first, for a person; null if nothing did
 */
public record Tally(int read, int failed, String reason) {

    static final Tally NONE = new Tally(0, 0, null);

    Tally plusRead(int more) {
        return new Tally(read + more, failed, reason);
    }

    Tally failed(int more) {
        return new Tally(read, failed + more, reason == null ? "not read in time" : reason);
    }

    Tally failed(String why) {
        return new Tally(read, failed + 1, reason == null ? why : reason);
    }

    Tally failing(String why) {
        return new Tally(read, Math.max(1, failed), reason == null ? why : reason);
    }
}
