package org.finetunebridge.polling;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Variable;
import org.finetunebridge.camel.http.BoundedHttpClientConfigurer;
import org.finetunebridge.camel.http.Throwables;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.provider.JsltMapper;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.sink.EventRejectedException;
import org.finetunebridge.sink.InstanceFencedException;
import org.finetunebridge.sink.SinkUnavailableException;
import org.finetunebridge.text.LogSanitizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What became of a poll that failed: the batch that tells of it, if there is anything to tell. */
public final class PollErrorHandler {

    private static final Logger LOG = LoggerFactory.getLogger(PollErrorHandler.class);

    static final String OURS = "a fault of the bridge: ";

    private final SourcePoller poller;
    private final ChangeDetector observer;
    private final InstantSource clock;

    /** @param observer writes what is told */
    public PollErrorHandler(SourcePoller poller, ChangeDetector observer, InstantSource clock) {
        this.poller = poller;
        this.observer = observer;
        this.clock = clock;
    }

    /** Deals with the exception of the exchange; null if there is nothing to commit. */
    public Batch failed(Exchange exchange, @Variable("poll") PollTask poll) {
        Throwable cause = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        poll.rolledBack();
        SinkUnavailableException lost = Throwables.of(SinkUnavailableException.class, cause);
        if (lost != null) {
            poller.sinkFailed(lost);
        } else if (Throwables.of(InstanceFencedException.class, cause) != null) {
            LOG.error("{}: {}", poll, Throwables.of(InstanceFencedException.class, cause).getMessage());
            poller.stop();
        } else if (Throwables.of(PollPostponedException.class, cause) == null && !poller.isStopping()) {
            return published(poll, failure(cause, poll));
        }
        return null;
    }

    /** What there was to tell of a failure could not be committed: it will be told when it fails again. */
    public void rolledBack(Exchange exchange, @Variable("poll") PollTask poll) {
        poll.rolledBack();
        poller.sinkFailed(exchange.getProperty(Exchange.EXCEPTION_CAUGHT, SinkUnavailableException.class));
    }

    /** Not even the failure can be written: all that is left is to say so. */
    public void unpublishable(Exchange exchange, @Variable("poll") PollTask poll) {
        LOG.error("{}: {}", poll, exchange.getProperty(Exchange.EXCEPTION_CAUGHT, EventRejectedException.class).getMessage());
    }

    private Batch published(PollTask poll, ProviderException failure) {
        if (poll.dropsCursor(failure)) {
            return null;
        }
        LOG.debug("{}: {} failed: {}", poll, poll.getResource(), failure.getMessage());
        RetryPolicy.Verdict verdict = poller.failed(poll, failure);
        Batch batch = observer.failed(poll, verdict, failure, poller.keepsAt(poll), clock.instant());
        return batch.isEmpty() ? null : batch;
    }

    static ProviderException failure(Throwable cause, PollTask poll) {
        return poll.getAttempt().redacted(understood(cause, poll));
    }

    private static ProviderException understood(Throwable cause, PollTask poll) {
        ProviderException known = Throwables.of(ProviderException.class, cause);
        if (known != null) {
            return known;
        }
        Throwable large = Throwables.of(BoundedHttpClientConfigurer.TooLarge.class, cause);
        if (large != null) {
            return ProviderException.of(ErrorAction.JOB, large.getMessage(), null);
        }
        EventRejectedException rejected = Throwables.of(EventRejectedException.class, cause);
        if (rejected != null) {
            return ProviderException.unwritable("can never be written: " + LogSanitizer.line(String.valueOf(rejected.getMessage())));
        }
        byte[] body = poll.getAttempt().body();
        if (Throwables.of(JsonProcessingException.class, cause) != null) {
            return ProviderException.of(ErrorAction.ODD, "the answer is not JSON: "
                    + LogSanitizer.line(Throwables.of(JsonProcessingException.class, cause).getOriginalMessage()),
                    body);
        }
        if (Throwables.of(NumberFormatException.class, cause) != null) {
            // Jackson's own word for a number of JSON whose exponent no computer holds.
            return ProviderException.of(ErrorAction.ODD, "the answer holds a number that cannot be read: "
                    + LogSanitizer.line(Throwables.of(NumberFormatException.class, cause).getMessage()), body);
        }
        if (Throwables.of(JsltMapper.WrongShape.class, cause) != null) {
            return ProviderException.of(ErrorAction.ODD, "the answer has the wrong shape: "
                    + LogSanitizer.line(Throwables.of(JsltMapper.WrongShape.class, cause).getMessage()), body);
        }
        if (Throwables.of(IOException.class, cause) != null) {
            return ProviderException.of(ErrorAction.TRANSIENT, LogSanitizer.line(Throwables.of(IOException.class, cause).toString()), null);
        }
        LOG.error("{}: a fault of ours", poll, cause);
        return ProviderException.of(ErrorAction.ODD, OURS + LogSanitizer.line(String.valueOf(cause)), body);
    }
}
