package org.finetunebridge.watch;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.finetunebridge.fetch.Failure;

/** All who are told how the polls of one source go, as one. */
final class Audience implements Onlooker {

    private final List<Onlooker> onlookers = new CopyOnWriteArrayList<>();

    void add(Onlooker onlooker) {
        onlookers.add(onlooker);
    }

    @Override
    public void read(int known, Duration took) {
        onlookers.forEach(onlooker -> onlooker.read(known, took));
    }

    @Override
    public void failed(Failure failure, Duration took) {
        onlookers.forEach(onlooker -> onlooker.failed(failure, took));
    }

    @Override
    public void held(Instant until) {
        onlookers.forEach(onlooker -> onlooker.held(until));
    }

    @Override
    public void swept(Tally tally) {
        onlookers.forEach(onlooker -> onlooker.swept(tally));
    }
}
