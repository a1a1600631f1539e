package org.finetunebridge.camel;

import org.apache.camel.Exchange;
import org.apache.camel.Variable;
import org.finetunebridge.camel.http.Throwables;
import org.finetunebridge.polling.PollPostponedException;
import org.finetunebridge.polling.PollTask;
import org.finetunebridge.polling.SourcePoller;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.sink.EventRejectedException;
import org.finetunebridge.sink.InstanceFencedException;
import org.finetunebridge.sink.SinkUnavailableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What {@code errors.camel.yaml} calls for a poll that failed: the batch to publish about it, if there is anything to publish. */
public final class PollErrorHandler {

    private static final Logger LOG = LoggerFactory.getLogger(PollErrorHandler.class);

    private final Accounts accounts;

    /** @param accounts whose polls fail */
    public PollErrorHandler(Accounts accounts) {
        this.accounts = accounts;
    }

    /** Deals with the exception of the exchange; null if there is nothing to commit. */
    public Batch failed(Exchange exchange, @Variable("poll") PollTask poll) {
        Throwable cause = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        Account account = accounts.of(poll.getSource());
        SourcePoller poller = account.poller();
        RuntimeException ofPages = poller.rolledBack(poll);
        Throwable why = ofPages == null ? cause : ofPages;
        SinkUnavailableException lost = Throwables.of(SinkUnavailableException.class, why);
        InstanceFencedException fenced = Throwables.of(InstanceFencedException.class, why);
        if (ofPages != null) {
            account.detector().forget(poll);
            heedRest(account, cause);
        }
        if (lost != null) {
            poller.sinkFailed(lost);
        } else if (fenced != null) {
            LOG.error("{}: {}", poll, fenced.getMessage());
            poller.stop();
        } else if (Throwables.of(PollPostponedException.class, why) == null && !poller.isStopping()) {
            return published(poll, account, why);
        }
        return null;
    }

    /** Pages that were read before are lost, and the request after them failed: only what the account asks for counts. */
    private static void heedRest(Account account, Throwable cause) {
        ProviderException failure = Throwables.of(ProviderException.class, cause);
        if (failure != null && failure.retryAfter() != null) {
            account.poller().rests(failure.retryAfter());
        }
    }

    /** What there was to publish of a failure could not be committed: it is published when the poll fails again. */
    public void rolledBack(Exchange exchange, @Variable("poll") PollTask poll) {
        SourcePoller poller = accounts.of(poll.getSource()).poller();
        poller.rolledBack(poll);
        poller.sinkFailed(exchange.getProperty(Exchange.EXCEPTION_CAUGHT, SinkUnavailableException.class));
    }

    /** Not even the failure can be written: all that is left is to log it. */
    public void unpublishable(Exchange exchange, @Variable("poll") PollTask poll) {
        LOG.error("{}: {}", poll, exchange.getProperty(Exchange.EXCEPTION_CAUGHT, EventRejectedException.class).getMessage());
    }

    private static Batch published(PollTask poll, Account account, Throwable cause) {
        ProviderException failure = FailureClassifier.classify(cause, account.settings(), poll.getAttempt());
        if (FailureClassifier.isOurs(failure)) {
            LOG.error("{}: a fault of ours", poll, cause);
        }
        if (poll.dropsCursor(failure)) {
            account.poller().asksAgain(poll);
            return null;
        }
        LOG.debug("{}: {} failed: {}", poll, poll.getResource(), failure.getMessage());
        Batch batch = account.poller().failed(poll, failure, account.detector());
        return batch.isEmpty() ? null : batch;
    }
}
