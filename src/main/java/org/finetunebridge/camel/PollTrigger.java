package org.finetunebridge.camel;

import java.util.List;
import org.finetunebridge.polling.SourcePoller;

/** What {@code watch.camel.yaml} calls: begins the poll cycle of every account of one schedule. */
public final class PollTrigger {

    private final List<SourcePoller> pollers;

    PollTrigger(List<SourcePoller> pollers) {
        this.pollers = List.copyOf(pollers);
    }

    /** It is time. Returns at once: each account begins after a jitter of its own, and not before its last cycle is over. */
    public void tick() {
        pollers.forEach(SourcePoller::tick);
    }
}
