package org.finetunebridge;

import static java.time.ZoneOffset.UTC;
import static java.time.format.DateTimeFormatter.RFC_1123_DATE_TIME;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.finetunebridge.simulator.Fault;
import org.finetunebridge.simulator.FaultInjector;
import org.finetunebridge.simulator.SimulatedJob;
import org.finetunebridge.simulator.Simulation;

/**
 * A row of {@code unhappy-world.txt}, for one provider: what its source answers, and what the bridge is to make of it.
 *
 * @param name   of the case
 * @param where  which answers are spoilt: of the list, of the job bad, of its checkpoints or its log alone, or to a request
 *               that goes on from a cursor. In the last three cases both jobs have a log
 * @param times  how many; or {@code always}
 * @param answer how
 * @param once   how often {@code once} asks for the list, for bad and for good
 * @param run    the same of {@code run}, which reads a finished job three times more; {@code +} is again and again
 * @param published   of bad: all, all but the first record, what the list shows of it, all but its checkpoints, all but its
 *               log, or nothing
 * @param letter the dead letter, in short
 * @param state  what {@code once} counts as not read, and whether {@code run} is up
 */
record UnhappyRow(String name, String provider, String where, String times, String answer, String once, String run,
        String published, String letter, String state) {

    /** MiniMax, as the sandbox plays it, goes on after a number. */
    static final String BAD = "4711";
    static final String GOOD = "5000";
    private static final Map<String, Map<String, String>> LINES = Map.of("list", Map.of("dashscope", "page_no=",
            "minimax", "list_finetune_job"), "bad", Map.of("dashscope", BAD + "/", "minimax", "event.*" + BAD),
            "checkpoints", Map.of("dashscope", BAD + "/checkpoints"), "log", Map.of("dashscope", BAD + "/logs"),
            "cursor", Map.of("dashscope", BAD + "/logs.*offset=[1-9]", "minimax", "event.*" + BAD + ".*after\\W+[1-9]"),
            "good", Map.of("dashscope", GOOD + "/", "minimax", "event.*" + GOOD));
    private static final Map<String, String> SPOILT = Map.of("dashscope list", "\"status\": ?\"\\w+\"", "dashscope bad",
            "\"checkpoint\": ?\"c-2\"", "minimax list", "\"id\": ?\"" + BAD + "\"", "minimax bad",
            "\"message\": ?\"(\\\\.|[^\"\\\\])*created(\\\\.|[^\"\\\\])*\"");

    static List<UnhappyRow> all() {
        try (Stream<String> lines = Files.lines(Path.of("src/test/resources/unhappy-world.txt"))) {
            return lines.filter(line -> line.contains("|") && !line.startsWith("#")).flatMap(UnhappyRow::read).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<UnhappyRow> read(String line) {
        List<String> cells = Arrays.stream(line.split("\\|")).map(String::strip).toList();
        return Stream.of("dashscope", "minimax").filter(one -> List.of("both", one).contains(cells.get(1)))
                .map(one -> new UnhappyRow(cells.get(0), one, cells.get(2), cells.get(3), cells.get(4), cells.get(5),
                        cells.get(6), cells.get(7), cells.get(8), cells.get(9)));
    }

    /** The row's own account: a source of a bridge that plays them all side by side. */
    String source() {
        return provider.charAt(0) + "-" + name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    }

    String key() {
        return "sk-" + source();
    }

    void prepare(Simulation world, FaultInjector faults, InstantSource clock) {
        for (String id : List.of(GOOD, BAD)) {
            SimulatedJob job = world.account(provider, key()).create(id).checkpoint("c-1", 1, "READY")
                    .checkpoint("c-2", 2, "READY");
            IntStream.range(0, lines()).forEach(line -> job.publish("INFO", "line " + line));
            job.become("SUCCEEDED");
        }
        if (!where.isEmpty()) {
            int count = times.equals("always") ? Integer.MAX_VALUE : Integer.parseInt(times);
            faults.of(key()).times(count, LINES.get(where).get(provider), fault(clock));
        }
    }

    /** How many lines are in the log of each job, beside those that every job has: for a cursor more than a page. */
    int lines() {
        return switch (where) {
            case "checkpoints", "log" -> 3;
            case "cursor" -> provider.equals("dashscope") ? 1_050 : 150;
            default -> 0;
        };
    }

    /** How often a bridge asked for the list, and for the jobs. */
    String asked(List<String> lines) {
        return Stream.of("list", "bad", "good").map(what -> lines.stream().filter(Pattern.compile(
                LINES.get(what).get(provider)).asPredicate()).count() + "").reduce((one, next) -> one + " " + next).get();
    }

    /** How long the answer asks to wait. */
    Duration ban() {
        String[] words = answer.split(" ");
        return words.length < 3 || !words[1].startsWith("retry") ? Duration.ZERO
                : words[1].equals("retry-after-ms") ? Duration.ofMillis(Long.parseLong(words[2]))
                : Duration.ofSeconds(Long.parseLong(words[2]));
    }

    private Fault fault(InstantSource clock) {
        String[] words = answer.split(" ", 3);
        if (words[0].startsWith("code-")) {
            return waits(Fault.problem(words[0].substring("code-".length())), words, clock);
        }
        return switch (words[0]) {
            case "late" -> Fault.slow(Duration.ofSeconds(7));
            case "dropped" -> Fault.drop();
            case "cut" -> Fault.cut();
            case "html" -> Fault.html(200);
            case "truncated" -> Fault.truncated();
            case "garbage" -> Fault.garbage();
            case "empty" -> Fault.empty();
            case "redirect" -> Fault.redirect("http://127.0.0.1:1/elsewhere");
            case "huge" -> Fault.huge(200_000);
            case "repeated" -> Fault.repeat();
            case "spoilt" -> Fault.edited(text -> text.replaceFirst(SPOILT.get(provider + " " + where),
                    "\"status\":5,\"checkpoint\":5,\"message\":5,\"id\":5"));
            case "json" -> Fault.body(200, answer.substring("json ".length()));
            case "code", "problem" -> Fault.problem(words[1]);
            case "own" -> Fault.status(Integer.parseInt(words[1]));
            default -> waits(Fault.body(Integer.parseInt(words[0]), "{}"), words, clock);
        };
    }

    private static Fault waits(Fault status, String[] words, InstantSource clock) {
        if (words.length < 3) {
            return status;
        }
        return status.and(new Fault(Duration.ZERO, page -> page, answer -> answer.header(
                words[1].equals("retry-date") ? "Retry-After" : words[1], words[1].equals("retry-date")
                        ? RFC_1123_DATE_TIME.format(clock.instant().plusSeconds(Long.parseLong(words[2])).atOffset(UTC))
                        : words[2]), false));
    }

    @Override
    public String toString() {
        return name + ", " + provider;
    }
}
