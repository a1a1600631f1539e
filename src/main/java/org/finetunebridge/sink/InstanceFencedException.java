package org.finetunebridge.sink;

/** Our state is not ours alone: another instance writes with it, or somebody took it away. Only one may have it. */
public final class InstanceFencedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param who for a person: which state, and what to do */
    public InstanceFencedException(String who) {
        super(who);
    }
}
