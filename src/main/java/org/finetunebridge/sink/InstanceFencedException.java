package org.finetunebridge.sink;

/**
 * Another instance has the state, or somebody took it away: only one instance may publish. The file sink finds out in
 * {@code DirectoryLock}, the Kafka sink in {@code KafkaInstanceFence}.
 */
public final class InstanceFencedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param who for a person: which state, and what to do */
    public InstanceFencedException(String who) {
        super(who);
    }
}
