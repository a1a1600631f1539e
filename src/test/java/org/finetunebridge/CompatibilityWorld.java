package org.finetunebridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.finetunebridge.TextFiles.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.finetunebridge.simulator.Fault;
import org.finetunebridge.simulator.FaultySandbox;
import org.finetunebridge.simulator.SimulatedAccount;
import org.finetunebridge.simulator.SimulatedJob;
import org.finetunebridge.simulator.Simulation;

/**
 * Accounts of which a version of the bridge kept a state, in {@code src/test/resources/compatibility/<version>}, and what
 * happens in them afterwards. What is here never changes: the state that was kept goes with it.
 */
public final class CompatibilityWorld implements AutoCloseable {

    /** One folder a version, and in it one a sink. */
    public static final Path KEPT = Path.of("src/test/resources/compatibility");
    /** The state was kept after so many steps, with a catch-up after each. */
    public static final int STEPS = 3;
    private static final String REFUSED_KEY = "sk-refused";
    private static final Map<String, String> PROVIDERS = Map.of("dashscope", "dashscope", "minimax", "minimax", "curves", "openai",
            "team-t", "together", "refused", "dashscope");

    private final Simulation world = Simulation.at(this::now);
    private final FaultySandbox sandbox = FaultySandbox.start(world);
    private final SimulatedAccount dashscope = world.account("dashscope");
    private final SimulatedAccount minimax = world.account("minimax");
    private final SimulatedAccount openai = world.account("openai");
    private final SimulatedAccount together = world.account("together");
    private volatile Instant now = Instant.parse("2026-03-01T00:00:00Z");
    private int step;

    /** The world in which the state was kept. */
    public static CompatibilityWorld kept() {
        var world = new CompatibilityWorld();
        for (int step = 0; step < STEPS; step++) {
            world.goOn();
        }
        return world;
    }

    /** The folders of a sink, of every version that has one. */
    public static Stream<Path> versions(String sink) {
        try (Stream<Path> all = Files.list(KEPT)) {
            return all.map(version -> version.resolve(sink)).filter(Files::isDirectory).sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A day after the state was written, so that no suspension lasts. */
    public static Instant later(Path kept) {
        return Instant.parse(text(kept.resolveSibling("written")).strip()).plus(Duration.ofDays(1));
    }

    private Instant now() {
        return now;
    }

    /** More happens. */
    public void goOn() {
        now = now.plus(Duration.ofMinutes(10));
        step++;
        switch (step) {
            case 1 -> begin();
            case 2 -> {
                openai.job("ftjob-paused").become("PAUSED");
                dashscope.forget(dashscope.job("ft-gone"));
                minimax.job("1700000000001").publish("INFO", "step 2").publish("WARN", "slow");
            }
            case 3 -> openai.job("ftjob-paused").become("RUNNING");
            case 4 -> endAndBegin();
            default -> late("late-" + step);
        }
    }

    private void begin() {
        dashscope.finished(2, 2, 0);
        running(dashscope, "ft-running").checkpoint("checkpoint-7", 7, "AVAILABLE_NOT_EXPORTED");
        running(dashscope, "ft-gone");
        running(dashscope, "ft-healed");
        running(dashscope, "ft-refused");
        sandbox.faults().always("GET /api/v1/fine-tunes/ft-(refused|healed).*", Fault.status(404));
        sandbox.faults().always("GET /api/v1/fine-tunes\\?.*", Fault.edited(text ->
                text.replaceFirst("\"jobs\":\\[", "\"jobs\":[{\"job_id\":7},")));
        minimax.finished(1, 0, 8);
        running(minimax, "1700000000001").publish("INFO", "step 1");
        openai.finished(1, 2, 6);
        running(openai, "ftjob-running").checkpoint("checkpoint-10", 10, "READY");
        running(openai, "ftjob-paused");
        together.finished(1, 1, 4);
        running(together, "ft-together");
    }

    private void endAndBegin() {
        sandbox.faults().end();
        sandbox.faults().always("GET /api/v1/fine-tunes/ft-refused.*", Fault.status(404));
        sandbox.faults().always("GET /api/v1/fine-tunes\\?.*", Fault.edited(text ->
                text.replaceFirst("\"jobs\":\\[", "\"jobs\":[{\"job_id\":7},")));
        dashscope.job("ft-running").checkpoint("checkpoint-7", 7, "READY").checkpoint("checkpoint-8", 8, "READY").become("SUCCEEDED");
        minimax.job("1700000000001").publish("INFO", "step 3").become("FAILED");
        openai.job("ftjob-running").checkpoint("checkpoint-20", 20, "READY").become("SUCCEEDED");
        openai.job("ftjob-paused").become("PAUSED");
        together.job("ft-together").become("CANCELLED");
        late("new");
    }

    private void late(String id) {
        Stream.of(dashscope, openai, together).forEach(account -> running(account, "ft-" + id));
        running(minimax, "170000000001" + step);
    }

    private static SimulatedJob running(SimulatedAccount account, String id) {
        return account.create(id).become("RUNNING");
    }

    /** What a bridge needs to read these accounts, all that a version before may not know left out. */
    public Map<String, String> keys() {
        Map<String, String> keys = new TreeMap<>(Map.of("bridge.sources", "curves,dashscope,minimax,refused,team-t", "dashscope.logs", "true"));
        PROVIDERS.forEach((source, provider) -> {
            keys.put(source + ".provider", provider);
            keys.put(source + ".api-key", source.equals("refused") ? REFUSED_KEY : Simulation.KEY);
            keys.put(source + ".base-url", sandbox.url(provider));
        });
        return keys;
    }

    /**
     * Whether what a state was continued with is what it always was: {@code continued.txt} beside it, which
     * {@code -Dcompatibility.write} writes if it is not there yet.
     *
     * @param published what was published before the state was kept
     * @param continued what was published from it on
     */
    public static void assertContinued(Path kept, List<String> published, List<JsonNode> continued) {
        List<String> names = names(continued);
        Path golden = kept.resolve("continued.txt");
        if (System.getProperty("compatibility.write") != null && Files.notExists(golden)) {
            write(golden, names);
        }
        assertThat(names).as("published again").doesNotContainAnyElementsOf(published).doesNotHaveDuplicates();
        assertThat(names).isEqualTo(text(golden).lines().toList());
    }

    /** Of each event what no version may change: its source, type, job and id. Sorted. */
    public static List<String> names(List<JsonNode> events) {
        return events.stream().map(event -> String.join(" ", event.path("source").asText(), event.path("type").asText(),
                event.path("subject").asText(), event.path("id").asText())).sorted().toList();
    }

    public static void write(Path file, List<String> lines) {
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, lines.stream().map(line -> line + '\n').collect(Collectors.joining()).getBytes(UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static List<String> lines(Path file) {
        return text(file).lines().toList();
    }

    @Override
    public void close() {
        sandbox.close();
    }
}
