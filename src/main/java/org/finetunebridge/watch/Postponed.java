package org.finetunebridge.watch;

/** A poll is not read now: the account is asked to wait, or the bridge stops. Nothing failed. */
final class Postponed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    Postponed() {
        super("postponed", null, false, false);
    }
}
