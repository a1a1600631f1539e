package org.finetunebridge.simulator;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/** What the sandbox was asked: the last {@value #KEPT} requests, counters, and how many were under way at once. */
public final class RequestJournal {

    private static final int KEPT = 20_000;

    private final ConcurrentLinkedDeque<Entry> log = new ConcurrentLinkedDeque<>();
    private final AtomicLong received = new AtomicLong();
    private final Map<String, InFlight> inFlight = new ConcurrentHashMap<>();

    private record Entry(String key, LoggedRequest request) {
    }

    /** Under way now, and at most ever. */
    private record InFlight(int now, int most) {

        InFlight enter() {
            return new InFlight(now + 1, Math.max(most, now + 1));
        }

        InFlight leave() {
            return new InFlight(now - 1, most);
        }
    }

    /** The requests, oldest first. */
    public List<LoggedRequest> all() {
        return log.stream().map(Entry::request).toList();
    }

    /** The requests with this key, oldest first. */
    public List<LoggedRequest> of(String key) {
        return log.stream().filter(entry -> entry.key().equals(key)).map(Entry::request).toList();
    }

    /** The requests whose {@link LoggedRequest#line()} matches somewhere. */
    public List<LoggedRequest> matching(String regex) {
        Pattern pattern = Pattern.compile(regex);
        return all().stream().filter(request -> pattern.matcher(request.line()).find()).toList();
    }

    /** How many requests came, of any kind. */
    public long received() {
        return received.get();
    }

    /** How many requests with this key were under way at once, at most. */
    public int mostAtOnce(String key) {
        return inFlight.getOrDefault(key, new InFlight(0, 0)).most();
    }

    /** Forgets what came; requests under way stay counted. */
    public void forget() {
        log.clear();
        received.set(0);
        inFlight.replaceAll((key, count) -> new InFlight(count.now(), count.now()));
    }

    void enter(String key, LoggedRequest request) {
        received.incrementAndGet();
        inFlight.merge(key, new InFlight(1, 1), (count, first) -> count.enter());
        log.add(new Entry(key, request));
        if (received.get() > KEPT) {
            log.poll();
        }
    }

    void leave(String key) {
        inFlight.computeIfPresent(key, (unused, count) -> count.leave());
    }
}
