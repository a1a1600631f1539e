package org.finetunebridge.polling;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.sink.InstanceFencedException;
import org.finetunebridge.sink.Publisher;
import org.finetunebridge.sink.SinkSession;
import org.finetunebridge.sink.SinkUnavailableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gets the session a sweep begins with. Without a sink that can be written nothing is read, so that nothing piles up. */
final class SessionProvider {

    private static final Logger LOG = LoggerFactory.getLogger(SessionProvider.class);

    /** A disk that is full or a broker that starts is looked at every few seconds, however long it takes. */
    static final int STEPS = 4;

    private final SourceSettings source;
    private final Publisher publisher;
    private final RetryBudget patience;
    private final InstantSource clock;
    private final Backoff backoff;

    SessionProvider(SourceSettings source, Publisher publisher, RetryBudget patience, InstantSource clock, Backoff backoff) {
        this.source = source;
        this.publisher = publisher;
        this.patience = patience;
        this.clock = clock;
        this.backoff = backoff;
    }

    /** @return null if nothing can be written before patience ends, or never again: then the watch is stopped */
    SinkSession session(SourcePoller poller) {
        Instant last = clock.instant().plus(patience.all() ? patience.retry() : Duration.ZERO);
        for (int attempt = 1;; attempt++) {
            try {
                return publisher.session();
            } catch (SinkUnavailableException e) {
                Duration wait = backoff.after(Math.min(attempt, STEPS));
                if (poller.isStopping() || clock.instant().plus(wait).isAfter(last)) {
                    LOG.warn("{}: nothing is read while nothing can be written: {}", source.name(), e.getMessage());
                    return null;
                }
                pause(wait);
            } catch (InstanceFencedException e) {
                LOG.error("{}: stopped: {}", source.name(), e.getMessage());
                poller.stop();
                return null;
            }
        }
    }

    private static void pause(Duration wait) {
        try {
            Thread.sleep(wait.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PollPostponedException();
        }
    }
}
