package org.finetunebridge.simulator;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/**
 * What goes wrong, and how often. A request's {@code METHOD path?query body} is searched for each pattern, in the order
 * of their adding; the first that matches, and is still in the mood, decides.
 */
public final class FaultInjector {

    private final List<Prank> pranks = new CopyOnWriteArrayList<>();
    private final Map<String, FaultInjector> ofKeys = new ConcurrentHashMap<>();

    private record Prank(Pattern pattern, BooleanSupplier mood, Fault fault) {

        boolean strikes(String line) {
            return pattern.matcher(line).find() && mood.getAsBoolean();
        }
    }

    /** Every matching request meets the fault. */
    public FaultInjector always(String regex, Fault fault) {
        return add(regex, () -> true, fault);
    }

    /** The first matching requests meet the fault, so many of them. */
    public FaultInjector times(int count, String regex, Fault fault) {
        AtomicLong left = new AtomicLong(count);
        return add(regex, () -> left.getAndDecrement() > 0, fault);
    }

    /** A matching request meets the fault by chance; the same seed gives the same luck. */
    public FaultInjector sometimes(double probability, long seed, String regex, Fault fault) {
        Random chance = new Random(seed);
        return add(regex, () -> chance.nextDouble() < probability, fault);
    }

    /** What goes wrong for requests with this key alone, and before anything else does. */
    public FaultInjector of(String key) {
        return ofKeys.computeIfAbsent(key, first -> new FaultInjector());
    }

    /** All is well again. */
    public void end() {
        pranks.clear();
        ofKeys.clear();
    }

    Fault fault(String key, String line) {
        FaultInjector own = ofKeys.get(key);
        Fault fault = own == null ? Fault.NONE : own.fault(line);
        return fault == Fault.NONE ? fault(line) : fault;
    }

    private Fault fault(String line) {
        return pranks.stream().filter(prank -> prank.strikes(line)).findFirst().map(Prank::fault).orElse(Fault.NONE);
    }

    private FaultInjector add(String regex, BooleanSupplier mood, Fault fault) {
        pranks.add(new Prank(Pattern.compile(regex, Pattern.DOTALL), mood, fault));
        return this;
    }
}
