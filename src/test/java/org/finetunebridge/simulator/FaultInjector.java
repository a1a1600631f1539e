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
 * Which requests meet which fault, and how often. A request's {@code METHOD path?query body} is searched for each rule's
 * pattern, in the order in which the rules were added; the first rule that matches and still applies decides.
 */
public final class FaultInjector {

    private final List<Rule> rules = new CopyOnWriteArrayList<>();
    private final Map<String, FaultInjector> ofKeys = new ConcurrentHashMap<>();
    private final AtomicLong met = new AtomicLong();

    private record Rule(Pattern pattern, BooleanSupplier applies, Fault fault) {

        boolean matches(String line) {
            return pattern.matcher(line).find() && applies.getAsBoolean();
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

    /** A matching request meets the fault by chance; the same seed gives the same choices. */
    public FaultInjector sometimes(double probability, long seed, String regex, Fault fault) {
        Random chance = new Random(seed);
        return add(regex, () -> chance.nextDouble() < probability, fault);
    }

    /** The rules for requests with this key alone; they come before the common ones. */
    public FaultInjector of(String key) {
        return ofKeys.computeIfAbsent(key, first -> new FaultInjector());
    }

    /** How many requests have met a fault. */
    public long met() {
        return met.get();
    }

    /** Removes every rule. */
    public void end() {
        rules.clear();
        ofKeys.clear();
    }

    Fault fault(String key, String line) {
        FaultInjector own = ofKeys.get(key);
        Fault fault = own == null ? Fault.NONE : own.fault(line);
        fault = fault == Fault.NONE ? fault(line) : fault;
        if (fault != Fault.NONE) {
            met.incrementAndGet();
        }
        return fault;
    }

    private Fault fault(String line) {
        return rules.stream().filter(rule -> rule.matches(line)).findFirst().map(Rule::fault).orElse(Fault.NONE);
    }

    private FaultInjector add(String regex, BooleanSupplier applies, Fault fault) {
        rules.add(new Rule(Pattern.compile(regex, Pattern.DOTALL), applies, fault));
        return this;
    }
}
