package org.finetunebridge.polling;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.finetunebridge.provider.ProviderException;

/** All who are told how the polls of one source go, as one. */
final class CompositePollListener implements PollListener {

    private final List<PollListener> onlookers = new CopyOnWriteArrayList<>();

    void add(PollListener onlooker) {
        onlookers.add(onlooker);
    }

    @Override
    public void read(int known, Duration took) {
        onlookers.forEach(onlooker -> onlooker.read(known, took));
    }

    @Override
    public void failed(ProviderException failure, Duration took) {
        onlookers.forEach(onlooker -> onlooker.failed(failure, took));
    }

    @Override
    public void deferred(Instant until) {
        onlookers.forEach(onlooker -> onlooker.deferred(until));
    }

    @Override
    public void jobRead(String job) {
        onlookers.forEach(onlooker -> onlooker.jobRead(job));
    }

    @Override
    public void swept(CycleResult tally) {
        onlookers.forEach(onlooker -> onlooker.swept(tally));
    }
}
