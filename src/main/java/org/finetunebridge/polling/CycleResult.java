package org.finetunebridge.polling;

/**
 * How a poll cycle goes.
 *
 * @param read   jobs read to their end
 * @param failed jobs, or the list, that could not be read
 * @param reason what failed first, for a person; null if nothing did
 */
public record CycleResult(int read, int failed, String reason) {

    static final CycleResult NONE = new CycleResult(0, 0, null);

    CycleResult plusRead(int more) {
        return new CycleResult(read + more, failed, reason);
    }

    CycleResult failed(int more) {
        return new CycleResult(read, failed + more, reason == null ? "not read in time" : reason);
    }

    CycleResult failed(String why) {
        return new CycleResult(read, failed + 1, reason == null ? why : reason);
    }

    CycleResult failing(String why) {
        return new CycleResult(read, Math.max(1, failed), reason == null ? why : reason);
    }
}
