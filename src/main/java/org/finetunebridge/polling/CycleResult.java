package org.finetunebridge.polling;

/**
 * How a poll cycle goes.
 *
 * @param read   jobs read to their end
 * @param failed jobs, or the list, that could not be read
 * @param reason of the last failure, for a person; null if nothing failed
 */
public record CycleResult(int read, int failed, String reason) {

    static final CycleResult NONE = new CycleResult(0, 0, null);

    CycleResult plusRead(int more) {
        return new CycleResult(read + more, failed, reason);
    }

    /** @param why null if nothing is known but that there was no time */
    CycleResult failed(String why) {
        return new CycleResult(read, failed + 1, reason == null && why == null ? "not read in time" : last(why));
    }

    /** One of those that failed fails with something else. */
    CycleResult because(String why) {
        return new CycleResult(read, failed, last(why));
    }

    CycleResult failing(String why) {
        return new CycleResult(read, Math.max(1, failed), why);
    }

    private String last(String why) {
        return why == null ? reason : why;
    }
}
