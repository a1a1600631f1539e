package org.finetunebridge.sink;

/** Another instance writes with our state. Only one may. */
public final class Fenced extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param who for a person: which state, and what to do */
    public Fenced(String who) {
        super(who);
    }
}
