package org.finetunebridge.sink;

/** A sink cannot be used, or it is not known whether a commit took place. The session is over. */
public final class SinkUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * @param what  for a person: what failed, and what to look at
     * @param cause what failed; null if nothing did, such as while another instance is the active one
     */
    public SinkUnavailableException(String what, Throwable cause) {
        super(what, cause);
    }
}
