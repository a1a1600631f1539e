package org.finetunebridge.observability.health;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.finetunebridge.polling.CycleResult;
import org.finetunebridge.polling.PollListener;
import org.finetunebridge.provider.ProviderException;

/** When a source last answered as it should, and when it last did not. */
public final class PollHealth implements PollListener {

    private final InstantSource clock;
    private final Instant started;
    private volatile Instant lastSuccess;
    private volatile Lapse lastFailure;

    /**
     * A failure that was seen.
     *
     * @param reason one line for a person
     */
    public record Lapse(Instant time, String reason) {}

    /** @param clock that tells when */
    public PollHealth(InstantSource clock) {
        this.clock = clock;
        this.started = clock.instant();
    }

    /** When a page was last read and told, or a sweep found nothing to read; null if never. */
    public Instant lastSuccess() {
        return lastSuccess;
    }

    /** The last request that failed; null if none did. */
    public Lapse lastFailure() {
        return lastFailure;
    }

    /** Since when the source has been silent: since the start, if it never answered. */
    public Instant silentSince() {
        Instant success = lastSuccess;
        return success == null ? started : success;
    }

    @Override
    public void read(int known, Duration took) {
        lastSuccess = clock.instant();
    }

    @Override
    public void failed(ProviderException failure, Duration took) {
        lastFailure = new Lapse(clock.instant(), failure.getMessage());
    }

    /** A source whose given jobs have all ended is asked nothing, and is well. */
    @Override
    public void swept(CycleResult tally) {
        if (tally.failed() == 0) {
            lastSuccess = clock.instant();
        }
    }
}
