package org.finetunebridge.cli;

/** Whoever typed made a mistake. The message is for a person, and repeats nothing that may be a secret. */
final class MisuseException extends Exception {

    private static final long serialVersionUID = 1;

    MisuseException(String message) {
        super(message);
    }
}
