package org.finetunebridge.sink;

/** Our state is not ours alone: another instance writes with it, or somebody took it away. Only one may have it. */
public final class Fenced extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param who for a person: which state, and what to do */
    public Fenced(String who) {
        super(who);
    }
}
