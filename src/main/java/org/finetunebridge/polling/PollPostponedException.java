package org.finetunebridge.polling;

/** A poll is not read now: the account is asked to wait, or the bridge stops. Nothing failed. */
public final class PollPostponedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    PollPostponedException() {
        super("postponed", null, false, false);
    }
}
