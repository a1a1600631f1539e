package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/operating.md} holds what the code does: read at night, by somebody who cannot ask. */
class OperatingTest {

    private static final Path SOURCES = Path.of("src/main/java/org/finetunebridge");
    private static final Pattern CODE = Pattern.compile("(?<![\\d.])\\d{4,5}(?![\\d.])");
    private static final Pattern CLASS = Pattern.compile("^\\| `([A-Z][A-Za-z ]+)` \\|", Pattern.MULTILINE);
    private static final Pattern WORD = Pattern.compile("\"([A-Z][A-Za-z]+ (?:error|answer|record|event|page))\"");

    private final String page = read(Path.of("docs/operating.md"));

    @Test
    void namesEveryCodeOfMiniMaxWhereItBelongsAndNoOther() throws IOException {
        Map<String, Set<String>> table = new TreeMap<>();
        for (JsonNode row : new ObjectMapper().readTree(Path.of("routes/minimax-errors.json").toFile()).path("rows")) {
            String codes = row.path("code").asText();
            if (CODE.matcher(codes).find()) {
                table.put(row.path("means").asText(), new TreeSet<>(Arrays.asList(codes.split("\\|"))));
            }
        }

        assertThat(table).containsOnlyKeys("transient", "throttled", "job", "source");
        assertThat(codes("408, 425, 429, 5xx")).isEqualTo(Stream.of("transient", "throttled").map(table::get)
                .flatMap(Set::stream).collect(Collectors.toCollection(TreeSet::new)));
        assertThat(codes("400, 404, 409 and other")).isEqualTo(table.get("job"));
        assertThat(codes("401, 403, InvalidApiKey")).isEqualTo(table.get("source"));
    }

    @Test
    void namesEveryClassOfDeadLetterAndNoOther() {
        Set<String> inCode = Stream.of("provider/ProviderException.java", "deadletter/DeadLetterFactory.java")
                .flatMap(file -> matches(WORD, read(SOURCES.resolve(file)))).collect(Collectors.toSet());

        assertThat(matches(CLASS, page)).containsExactlyInAnyOrderElementsOf(inCode).hasSize(6);
    }

    @Test
    void namesNoClassOfDeadLetterThatNoRowOfTheTableMeetsUnlessTheSinkRefusedIt() {
        Set<String> played = UnhappyRow.all().stream().map(row -> row.letter().replaceFirst("^(bad )?\\w+: ", ""))
                .flatMap(letter -> matches(CLASS, page).filter(letter::startsWith)).collect(Collectors.toSet());

        assertThat(matches(CLASS, page).filter(name -> !played.contains(name)))
                .containsExactly("Unpublishable event", "Unpublishable page");
    }

    private Set<String> codes(String row) {
        String line = page.lines().filter(one -> one.startsWith("|") && one.contains(row)).findFirst().orElseThrow();
        String cell = line.split("\\|")[1];
        return CODE.matcher(cell.substring(cell.indexOf("MiniMax"))).results().map(MatchResult::group)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Stream<String> matches(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(match -> match.group(1)).distinct();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
