package org.finetunebridge.sink;

/** A page can never be written, however often one tries. Nothing of it was. */
public final class Rejected extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param why for a person */
    public Rejected(String why, Throwable cause) {
        super(why, cause);
    }
}
