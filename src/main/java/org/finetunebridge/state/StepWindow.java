package org.finetunebridge.state;

import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.finetunebridge.event.Fact;

/**
 * For which steps of one origin metrics were published: of one step and origin there is one event, however often it is
 * measured. The highest steps are kept, as the mark of a cursor of their own; what lies below them was published, where
 * steps come in order.
 */
final class StepWindow {

    /** Steps that come in another order than that of their numbers are at most so far apart. */
    private static final int KEPT = 16;

    private static final String NAME = "metrics of ";

    private final TreeSet<Long> steps;
    private final long floor;
    private long count;
    private boolean isChanged;

    private StepWindow(Cursor cursor) {
        steps = cursor.mark() == null || cursor.mark().isEmpty() ? new TreeSet<>()
                : Arrays.stream(cursor.mark().split(" ")).map(Long::valueOf).collect(Collectors.toCollection(TreeSet::new));
        count = cursor.position();
        floor = count > steps.size() && !steps.isEmpty() ? steps.first() : Long.MIN_VALUE;
    }

    static StepWindow of(PublishedState published, String origin) {
        return new StepWindow(published.cursor(name(origin)));
    }

    /** The cursor's name among those of the resources, none of which has a space. */
    static String name(String origin) {
        return NAME + origin;
    }

    static boolean isNamed(String cursor) {
        return cursor.startsWith(NAME);
    }

    /** The highest step alone, of a job that is read no more. */
    static Cursor shortened(Cursor cursor) {
        String mark = cursor.mark();
        return new Cursor(cursor.position(), List.of(), null, mark == null ? null : mark.substring(mark.lastIndexOf(' ') + 1), null);
    }

    /** Whether the fact says anything: what was not measured yet is no fact. */
    static boolean isMeasured(Fact metrics) {
        return !metrics.data().path("values").isEmpty() || metrics.data().has("notFinite");
    }

    /** What is measured in validation alone is counted apart. */
    static String origin(Fact metrics) {
        return metrics.data().path("origin").asText() + (metrics.isOfValidation() ? " in validation" : "");
    }

    /**
     * Takes a step.
     *
     * @param ordered whether steps come in order, so that one below all that are kept was published
     * @return whether nothing was published of it
     */
    boolean add(long step, boolean ordered) {
        boolean isNew = !(ordered && step < floor) && steps.add(step);
        count += isNew ? 1 : 0;
        isChanged |= isNew;
        return isNew;
    }

    /** The state with the steps that were taken. */
    PublishedState written(PublishedState published, String origin) {
        if (!isChanged) {
            return published;
        }
        List<Long> kept = steps.stream().skip(Math.max(0, steps.size() - KEPT)).toList();
        String mark = kept.stream().map(String::valueOf).collect(Collectors.joining(" "));
        return published.withCursor(name(origin), new Cursor(count, List.of(), null, mark, null));
    }
}
