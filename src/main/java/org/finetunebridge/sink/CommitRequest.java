package org.finetunebridge.sink;

/** A page whose thread waits until it is committed, or never will be. */
final class CommitRequest {

    private Batch batch;
    private boolean done;
    private RuntimeException failure;

    CommitRequest(Batch batch) {
        this.batch = batch;
    }

    Batch batch() {
        return batch;
    }

    boolean isDone() {
        return done;
    }

    void committed() {
        done = true;
    }

    /** It is not committed, as far as anybody knows; unless somebody knew already how it ended. */
    void failed(RuntimeException why) {
        if (!done) {
            done = true;
            failure = why;
        }
    }

    /** What was held against the memory of another session is never written in this one. */
    void refuseUnlessOf(SinkSession current, RuntimeException suspension) {
        if (batch.session() != current) {
            failed(new SinkUnavailableException("the page was held against a memory that is no longer certain", suspension));
        }
    }

    /** Puts a dead letter in the place of the event that cannot be written; false if it is not of this page. */
    boolean isMended(EventRejectedException why) {
        Batch mended = batch.without(why);
        batch = mended == null ? batch : mended;
        return mended != null;
    }

    /** Throws what the page failed with, if it did. */
    void requireCommitted() {
        if (failure != null) {
            throw failure;
        }
    }
}
