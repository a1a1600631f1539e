package org.finetunebridge.watch;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Variable;
import org.finetunebridge.fetch.Cause;
import org.finetunebridge.fetch.Failure;
import org.finetunebridge.fetch.Guard;
import org.finetunebridge.fetch.Plain;
import org.finetunebridge.provider.Mappings;
import org.finetunebridge.provider.Means;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.sink.Fenced;
import org.finetunebridge.sink.Lost;
import org.finetunebridge.sink.Rejected;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What became of a poll that failed: the batch that tells of it, if there is anything to tell. */
public final class Failures {

    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    static final String OURS = "a fault of the bridge: ";

    private final Watch watch;
    private final Observer observer;
    private final InstantSource clock;

    /** @param observer writes what is told */
    public Failures(Watch watch, Observer observer, InstantSource clock) {
        this.watch = watch;
        this.observer = observer;
        this.clock = clock;
    }

    /** Deals with the exception of the exchange; null if there is nothing to commit. */
    public Batch failed(Exchange exchange, @Variable("poll") Poll poll) {
        Throwable cause = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        poll.walk().untold();
        Lost lost = Cause.of(Lost.class, cause);
        if (lost != null) {
            watch.sinkFailed(lost);
        } else if (Cause.of(Fenced.class, cause) != null) {
            LOG.error("{}: {}", poll, Cause.of(Fenced.class, cause).getMessage());
            watch.stop();
        } else if (Cause.of(Postponed.class, cause) == null && !watch.isStopping()) {
            return told(poll, failure(cause, poll));
        }
        return null;
    }

    /** What there was to tell of a failure could not be committed: it will be told when it fails again. */
    public void untold(Exchange exchange, @Variable("poll") Poll poll) {
        poll.walk().untold();
        watch.sinkFailed(exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Lost.class));
    }

    /** Not even the failure can be written: all that is left is to say so. */
    public void untellable(Exchange exchange, @Variable("poll") Poll poll) {
        LOG.error("{}: {}", poll, exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Rejected.class).getMessage());
    }

    private Batch told(Poll poll, Failure failure) {
        LOG.debug("{}: {} failed: {}", poll, poll.getResource(), failure.getMessage());
        Retries.Verdict verdict = watch.failed(poll, failure);
        Batch batch = observer.failed(poll, verdict, failure, watch.keepsAt(poll), clock.instant());
        return batch.isEmpty() ? null : batch;
    }

    static Failure failure(Throwable cause, Poll poll) {
        Failure known = Cause.of(Failure.class, cause);
        if (known != null) {
            return known;
        }
        Throwable large = Cause.of(Guard.TooLarge.class, cause);
        if (large != null) {
            return Failure.of(Means.JOB, large.getMessage(), null);
        }
        Rejected rejected = Cause.of(Rejected.class, cause);
        if (rejected != null) {
            return Failure.unwritable("can never be written: " + Plain.line(String.valueOf(rejected.getMessage())));
        }
        byte[] body = poll.getAttempt().body();
        if (Cause.of(JsonProcessingException.class, cause) != null) {
            return Failure.of(Means.ODD, "the answer is not JSON: "
                    + Plain.line(Cause.of(JsonProcessingException.class, cause).getOriginalMessage()),
                    body);
        }
        if (Cause.of(NumberFormatException.class, cause) != null) {
            // Jackson's own word for a number of JSON whose exponent no computer holds.
            return Failure.of(Means.ODD, "the answer holds a number that cannot be read: "
                    + Plain.line(Cause.of(NumberFormatException.class, cause).getMessage()), body);
        }
        if (Cause.of(Mappings.WrongShape.class, cause) != null) {
            return Failure.of(Means.ODD, "the answer has the wrong shape: "
                    + Plain.line(Cause.of(Mappings.WrongShape.class, cause).getMessage()), body);
        }
        if (Cause.of(IOException.class, cause) != null) {
            return Failure.of(Means.TRANSIENT, Plain.line(Cause.of(IOException.class, cause).toString()), null);
        }
        LOG.error("{}: a fault of ours", poll, cause);
        return Failure.of(Means.ODD, OURS + Plain.line(String.valueOf(cause)), body);
    }
}
