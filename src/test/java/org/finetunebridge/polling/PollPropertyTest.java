package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import org.finetunebridge.polling.GrowingList.Line;
import org.finetunebridge.polling.GrowingList.Manner;
import org.finetunebridge.sink.FlakySink.Commit;

/**
 * A list that grows, read page by page through the real paging, the real state and the real group commit, over any
 * history of appends, lost commits and restarts.
 */
@Label("Reading a list that grows")
class PollPropertyTest {

    /** A stretch of a history: so many lines appear, some while being read; then a poll cycle whose commits end so. */
    record Stretch(List<Shape> appends, int during, List<Commit> commits, boolean restart) {}

    /** What a new line is: how much time passed since the one before, and whose likeness it is. */
    record Shape(int later, int likeThoseBefore, boolean bad) {}

    @Property
    void publishesEveryLineOnceAndInOrder(@ForAll("histories") List<Stretch> history,
            @ForAll @IntRange(min = 2, max = 9) int limit) {
        var list = new GrowingList(limit);
        var run = live(list, history);

        assertThat(run.published("message")).containsExactlyElementsOf(good(list));
        assertThat(run.published("sequence")).containsExactlyElementsOf(positions(list));
        assertThatBadLinesAreRejectedOnce(list, run);
    }

    @Property
    void doesNotMindThatThereIsAlwaysSaidToBeMore(@ForAll("histories") List<Stretch> history,
            @ForAll @IntRange(min = 2, max = 9) int limit) {
        var list = new GrowingList(limit).saysMore(true);
        var run = live(list, history);

        assertThat(run.published("message")).containsExactlyElementsOf(good(list));
    }

    @Property
    void needsNoPositionsIfItIsShownEverything(@ForAll("different") List<Stretch> history, @ForAll boolean more) {
        var list = new GrowingList(5).answers(Manner.WHOLE).saysMore(more);
        var run = live(list, history);

        assertThat(run.published("message")).containsExactlyElementsOf(good(list));
    }

    @Property
    void publishesTheFirstPageOnceIfThereIsNoOther(@ForAll("different") List<Stretch> history, @ForAll boolean more) {
        var list = new GrowingList(5).answers(Manner.FIRST_PAGE).saysMore(more);
        var run = live(list, history);

        assertThat(run.published("message")).containsExactlyElementsOf(list.shown());
    }

    @Property
    void losesNothingIfAPositionMeansTheLastLineKnown(@ForAll("orderly") List<Stretch> history,
            @ForAll @IntRange(min = 2, max = 9) int limit) {
        var list = new GrowingList(limit).answers(Manner.AFTER_POSITION);
        var run = live(list, history);

        assertThat(run.published("message")).containsExactlyInAnyOrderElementsOf(list.shown());
    }

    @Property
    void takesUpAListWhoseHeadWasPruned(@ForAll("orderly") List<Stretch> before, @ForAll("orderly") List<Stretch> after,
            @ForAll @IntRange(min = 2, max = 9) int limit, @ForAll @IntRange(min = 1, max = 40) int pruned) {
        var list = new GrowingList(limit);
        var run = live(list, before);
        List<String> all = new ArrayList<>(good(list));
        list.lines().subList(0, Math.min(pruned, list.lines().size())).clear();
        live(list, after, run);

        all.addAll(good(list));
        assertThat(run.published("message")).containsExactlyElementsOf(all.stream().distinct().toList());
    }

    @Property
    void takesUpAListThatBeginsAnew(@ForAll("orderly") List<Stretch> before, @ForAll("orderly") List<Stretch> after,
            @ForAll @IntRange(min = 2, max = 9) int limit, @ForAll @IntRange(min = 0, max = 40) int kept) {
        var list = new GrowingList(limit);
        var run = live(list, before);
        List<String> all = new ArrayList<>(good(list));
        list.lines().subList(Math.min(kept, list.lines().size()), list.lines().size()).clear();
        live(list, after, run);

        all.addAll(good(list));
        assertThat(run.published("message")).containsExactlyInAnyOrderElementsOf(all.stream().distinct().toList());
    }

    @Property
    void isNotConfusedByAPageThatRepeatsForAWhile(@ForAll("different") List<Stretch> before,
            @ForAll("different") List<Stretch> meanwhile, @ForAll("manners") Manner spell, @ForAll boolean more,
            @ForAll @IntRange(min = 2, max = 9) int limit) {
        var list = new GrowingList(limit);
        var run = live(list, before);
        list.answers(spell).saysMore(more);
        live(list, meanwhile, run);
        list.answers(Manner.BY_POSITION).saysMore(null);
        readAll(run.restart());

        assertThat(run.published("message")).containsExactlyElementsOf(good(list));
    }

    @Provide
    Arbitrary<Manner> manners() {
        return Arbitraries.of(Manner.WHOLE, Manner.FIRST_PAGE, Manner.BY_POSITION);
    }

    /** Any lines: clocks that go back, moments that are shared, bad ones, and such as equal one just before. */
    @Provide
    Arbitrary<List<Stretch>> histories() {
        return histories(shapes(Arbitraries.frequency(Tuple.of(8, 0), Tuple.of(2, 1), Tuple.of(1, 3))));
    }

    /** Any lines, but no two are equal: who does not answer by position leaves nothing to keep those apart by. */
    @Provide
    Arbitrary<List<Stretch>> different() {
        return histories(shapes(Arbitraries.just(0)));
    }

    private static Arbitrary<Shape> shapes(Arbitrary<Integer> likeThoseBefore) {
        return Combinators.combine(Arbitraries.integers().between(-5, 5), likeThoseBefore,
                Arbitraries.of(false, false, false, true)).as(Shape::new);
    }

    /** Lines with clocks that go on, and all different: where positions fail there is nothing else to go by. */
    @Provide
    Arbitrary<List<Stretch>> orderly() {
        return histories(Arbitraries.integers().between(1, 3).map(later -> new Shape(later, 0, false)));
    }

    private static Arbitrary<List<Stretch>> histories(Arbitrary<Shape> shapes) {
        var commits = Arbitraries.of(Commit.GOOD, Commit.GOOD, Commit.LOST, Commit.UNHEARD).list().ofMaxSize(6);
        return Combinators.combine(shapes.list().ofMaxSize(25), Arbitraries.integers().between(0, 3), commits,
                Arbitraries.of(true, false)).as(Stretch::new).list().ofMinSize(1).ofMaxSize(6);
    }

    private static DryRun live(GrowingList list, List<Stretch> history) {
        var run = DryRun.ofGrowing(list::answer);
        live(list, history, run);
        return run;
    }

    private static void live(GrowingList list, List<Stretch> history, DryRun run) {
        for (Stretch stretch : history) {
            List<Shape> appends = new ArrayList<>(stretch.appends());
            List<Shape> during = appends.subList(Math.max(0, appends.size() - stretch.during()), appends.size());
            List<Shape> late = new ArrayList<>(during);
            during.clear();
            appends.forEach(shape -> append(shape, list));
            list.beforeAnswer(() -> {
                if (!late.isEmpty()) {
                    append(late.remove(0), list);
                }
            });
            run.sink.next(stretch.commits());
            run.sweep();
            if (stretch.restart()) {
                run.restart();
            }
            list.beforeAnswer(() -> { });
            late.forEach(shape -> append(shape, list));
        }
        run.sink.heal();
        readAll(run);
        int published = run.published().size();
        readAll(run.restart());
        assertThat(run.published()).as("published once everything was read").hasSize(published);
    }

    /** A page of nothing but equal lines ends a poll cycle, for it looks like one that repeats; the next goes on. */
    private static void readAll(DryRun run) {
        int before = -1;
        for (int cycle = 0; cycle < 200 && run.sink.commits().size() > before; cycle++) {
            before = run.sink.commits().size();
            run.sweep();
        }
    }

    private static void append(Shape shape, GrowingList list) {
        List<Line> lines = list.lines();
        int size = lines.size();
        if (shape.likeThoseBefore() > 0 && size >= shape.likeThoseBefore()) {
            lines.add(lines.get(size - shape.likeThoseBefore()));
            return;
        }
        list.append(shape.later(), shape.bad());
    }

    private static List<String> good(GrowingList list) {
        return list.lines().stream().filter(line -> !line.bad()).map(Line::name).distinct().toList();
    }

    private static List<String> positions(GrowingList list) {
        var seen = new HashSet<String>();
        return IntStream.range(0, list.lines().size()).filter(index -> !list.lines().get(index).bad()
                && seen.add(list.lines().get(index).name())).mapToObj(Integer::toString).toList();
    }

    private static void assertThatBadLinesAreRejectedOnce(GrowingList list, DryRun run) {
        List<String> bad = list.lines().stream().filter(Line::bad).map(Line::name).distinct().toList();
        List<String> dead = run.sink.deadLetters().stream()
                .map(letter -> DryRun.json(letter).at("/data/payload").asText()).toList();
        assertThat(Collections.unmodifiableList(dead)).containsExactlyElementsOf(bad);
    }
}
