package org.finetunebridge.provider.validation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.finetunebridge.provider.RouteFiles;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the author of a provider is told of the answers that were saved. */
class MappingFixturesTest {

    private static final String SAVED = "fixtures/acme/jobs/one.response.json";

    @TempDir
    private Path folder;
    private MappingFixtures fixtures;

    @BeforeEach
    void describeAProviderWhoseMappingsPassOnWhatIsSaved() throws IOException {
        write("acme.properties", "list = jobs\n");
        write("acme-jobs.jslt", ".");
    }

    @Test
    void showsWhatIsPublishedOfEachSavedAnswer() throws IOException {
        write("fixtures/acme/jobs/two.response.json", page(job("job-2", "RUNNING", "going", "")));
        write(SAVED, page(job("job-1", "SUCCEEDED", "done", ""),
                "{\"kind\": \"job.seen\", \"job\": \"job-3\", \"key\": [], \"data\": {}, \"raw\": 1}"));
        write("fixtures/acme/jobs/one.page.json", "{}");
        write("fixtures/acme/other.response.txt", "no answer");

        assertThat(lines()).containsExactly(SAVED + ":",
                "  job.status-changed job-1 {\"status\":\"SUCCEEDED\",\"statusRaw\":\"done\"}", "  job.seen job-3 {}",
                "  then no other page",
                "fixtures/acme/jobs/two.response.json:",
                "  job.status-changed job-2 {\"status\":\"RUNNING\",\"statusRaw\":\"going\"}",
                "  then no other page");
        assertThat(fixtures.problems()).isEmpty();
        assertThat(fixtures.hints()).isEmpty();
    }

    /** Numbers that are none are part of what providers send. */
    @Test
    void showsWhatIsPublishedBesides() throws IOException {
        write(SAVED, page(job("job-1", "RUNNING", "going", ", \"derived\": [" + metrics("{\"loss\": 0.5}") + ","
                + metrics("{\"loss\": null}") + "," + metrics("{\"loss\": NaN}") + ","
                + job("job-9", "FAILED", "bad", "") + "]")).replaceFirst("\\{", "{\"next\": \"p2\", "));
        assertThat(lines()).hasSize(6).startsWith(SAVED + ":",
                "  job.status-changed job-1 {\"status\":\"RUNNING\",\"statusRaw\":\"going\"}")
                .endsWith("    and with it job.status-changed job-9 {\"status\":\"FAILED\",\"statusRaw\":\"bad\"}",
                "  then the page \"p2\"");
        assertThat(lines()).contains(
                "    and with it metrics.recorded job-1"
                        + " {\"step\":1,\"values\":{\"trainLoss\":0.5},\"origin\":\"event\"}",
                "    and with it metrics.recorded job-1"
                        + " {\"step\":1,\"values\":{},\"origin\":\"event\",\"notFinite\":[\"trainLoss\"]}");
        assertThat(fixtures.problems()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            job.status-changed | time-out  | , which sounds like an end: a job of unknown status is read on as long as \
            it is listed. SUCCEEDED, FAILED and CANCELLED end one; if jobs that ended may show it too, give such a \
            record the kind job.seen and no second end
            job.status-changed | TIMED_OUT | , which sounds like an end: a job of unknown status is read on as long as \
            it is listed. SUCCEEDED, FAILED and CANCELLED end one; if jobs that ended may show it too, give such a \
            record the kind job.seen and no second end
            job.status-changed | Deleting  | , which sounds like an end: a job of unknown status is read on as long as \
            it is listed. SUCCEEDED, FAILED and CANCELLED end one; if jobs that ended may show it too, give such a \
            record the kind job.seen and no second end
            job.status-changed | warming   | : a job of unknown status is read on as long as it is listed
            checkpoint.changed | deleted   | ''
            """)
    void saysWhatBecomesOfAStatusThatNobodyKnows(String kind, String raw, String more) throws IOException {
        write(SAVED, page(job("job-1", "UNKNOWN", raw, "").replace("job.status-changed", kind)
                .replace("{\"status\"", "{\"checkpoint\":\"c\",\"status\"")));
        assertThat(lines().get(1)).endsWith("\"UNKNOWN\",\"statusRaw\":\"" + raw
                + "\"} <- the mapping has no word for this status" + more.replace("''", ""));
    }

    @Test
    void saysWhyNoSavedAnswerBecomesAnEvent() throws IOException {
        write(SAVED, page("{\"kind\": \"job.sene\", \"job\": \"j\", \"key\": [1], \"data\": {}, \"raw\": 1}"));
        assertThat(lines()).containsExactly(SAVED + ":", "  dead letter: a kind of fact nobody knows: \"job.sene\"",
                "  then no other page");
        assertThat(fixtures.problems()).containsExactly(
                "fixtures/acme/jobs: no saved answer becomes an event: a kind of fact nobody knows: \"job.sene\"");

        write("fixtures/acme/jobs/two.response.json", page(job("job-2", "RUNNING", "going", "")));
        assertThat(lines()).hasSize(6);
        assertThat(fixtures.problems()).as("one is enough").isEmpty();
    }

    @Test
    void saysWhyAnAnswerIsRefused() throws IOException {
        write("acme-jobs.jslt", "if (.data) {\"facts\": [], \"next\": $asked.cursor} else error(\"no jobs\")");
        write(SAVED, "{}");
        String unasked = "; acme-jobs.jslt looks at what was asked, and there is no fixtures/acme/jobs/one.asked.json"
                + " that says it: {\"job\": \"…\", \"cursor\": \"…\"}";
        assertThat(lines().get(1)).startsWith("  refused: ").contains("no jobs").endsWith(unasked);
        assertThat(fixtures.problems()).singleElement().asString()
                .startsWith("fixtures/acme/jobs: no saved answer becomes an event: ")
                .contains("no jobs").endsWith(unasked);

        write("fixtures/acme/jobs/one.asked.json", "{\"job\": \"j\", \"cursor\": \"p7\"}");
        assertThat(lines().get(1)).startsWith("  refused: ").doesNotContain("looks at what was asked");
        write(SAVED, "{\"data\": 1}");
        assertThat(lines()).containsExactly(SAVED + ":", "  then the page \"p7\"");

        write("acme-jobs.jslt", "error(\"no jobs\")");
        Files.delete(folder.resolve("fixtures/acme/jobs/one.asked.json"));
        assertThat(lines().get(1)).startsWith("  refused: ").doesNotContain("looks at what was asked");
    }

    @Test
    void saysWhereTheMappingMakesNoPageOrEventsWithFieldsThatNoneHas() throws IOException {
        write(SAVED, "{\"fatcs\": []}");
        assertThat(lines()).containsExactly(SAVED + ":", "  acme-jobs.jslt makes no page: facts is missing");
        assertThat(fixtures.problems()).containsExactly(SAVED + ": acme-jobs.jslt makes no page: facts is missing");

        write(SAVED, page(job("job-1", "RUNNING", "going", ", \"derived\": {\"kind\": \"log.appended\","
                + " \"job\": \"job-1\", \"key\": [1], \"data\": {\"message\": \"m\", \"stride\": 2}}")
                .replace("{\"status\"", "{\"feathers\": 2, \"status\"")));
        lines();
        assertThat(fixtures.problems()).containsExactly(SAVED + ": no job.status-changed event has a field feathers",
                SAVED + ": no log.appended event has a field stride");

        write(SAVED, page("{\"kind\": \"job.seen\", \"job\": \"j\", \"key\": [], \"data\": {\"feathers\": 2},"
                + " \"raw\": 1}"));
        lines();
        assertThat(fixtures.problems()).as("none is published of it").isEmpty();
    }

    @Test
    void asksForAnAnswerInPlaceOfTheExample() throws IOException {
        write("acme-jobs.jslt", "{\"facts\": .facts}");
        write(SAVED, page(job("job-1", "RUNNING", "going", ""))
                .replaceFirst("\\{", "{\"TODO\": \"save one of yours\", "));
        assertThat(lines()).hasSize(3);
        assertThat(fixtures.problems()).containsExactly(SAVED + ": TODO save one of yours");
    }

    @ParameterizedTest
    @CsvSource({"fields.jobs, jobs, '  not in fields.jobs, so counted as drift: beak, feathers'",
        "fields.jobs, job, '  not in fields.job, so counted as drift: beak, feathers'", "fields.job, jobs, ''",
        "fields.events, jobs, ''"})
    void countsFieldsThatTheDescriptorDoesNotListAsDrift(String key, String resource, String said) throws IOException {
        write("acme.properties", "list = jobs\njob = job\n" + key + " = id, at\n");
        String record = job("job-1", "RUNNING", "going", "");
        write("fixtures/acme/" + resource + "/one.response.json", page(record,
                record.replace("\"raw\": 1", "\"raw\": {\"id\": 1, \"feathers\": 2, \"beak\": 3}")));
        assertThat(lines().stream().filter(line -> line.contains("drift")).collect(Collectors.joining()))
                .isEqualTo(said);
    }

    @ParameterizedTest
    @CsvSource({"growing = jobs, ''", "whole = jobs, ''", "recent = jobs, ''", "after = jobs, ''", "once = jobs, ''",
        "numbered = jobs, 'fixtures/acme/jobs: no saved answer becomes an event: a log.appended, but acme.properties"
                + " names jobs neither by after, recent, growing nor whole, so nobody knows where to read on'"})
    void saysWhereNobodyKnowsWhereToReadOn(String way, String problem) throws IOException {
        write("acme.properties", "list = jobs\n" + way + '\n');
        write(SAVED, page("{\"kind\": \"log.appended\", \"job\": \"j\", \"key\": [1], \"data\": {\"message\": \"m\"},"
                + " \"raw\": 1}"));
        assertThat(lines().get(1)).isEqualTo("  log.appended j {\"message\":\"m\"}");
        assertThat(String.join("", fixtures.problems())).isEqualTo(problem);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            growing = jobs | "mark": 1                       | acme-jobs.jslt: mark is not used: only a list that \
            acme.properties names by after is read on from it
            after = jobs   | "mark": 1                       | acme-jobs.jslt: mark is not used without newestFirst \
            beside it: false, if the list shows the oldest first
            recent = jobs  | "mark": 1                       | acme-jobs.jslt: mark is not used without newestFirst \
            beside it: false, if the list shows the oldest first
            after = jobs   | "mark": 1, "newestFirst": false | ''
            recent = jobs  | "mark": 1, "newestFirst": true  | ''
            after = jobs   | "newestFirst": false            | ''
            growing = jobs | "next": 2                       | acme-jobs.jslt: next without more, in a list that is \
            asked by position: it is read on until a page shows nothing new; "more": false on the last page saves a \
            request
            growing = jobs | "next": 2, "more": true         | ''
            growing = jobs | "more": false                   | ''
            after = jobs   | "next": 2                       | ''
            """)
    void hintsAtWhatIsLikelyNotMeantSo(String way, String members, String hint) throws IOException {
        write("acme.properties", "list = jobs\n" + way + '\n');
        write(SAVED, page(job("job-1", "RUNNING", "going", "")).replaceFirst("\\{", "{" + members + ", "));
        lines();
        assertThat(String.join("", fixtures.hints())).isEqualTo(hint.replace("''", ""));
    }

    @Test
    void asksForAnAnswerOfEachResource() throws IOException {
        write("acme.properties", "list = jobs\njob = job\nfollow = points, logs, job\nonce = file\n");
        write("fixtures/acme/logs/one.response.json", "{\"facts\": []}");
        write("fixtures/acme/jobs/one.response.json", page(job("job-1", "RUNNING", "going", "")));
        write("acme-logs.jslt", ".");
        lines();
        assertThat(fixtures.hints()).containsExactly(
                "fixtures/acme/file/<case>.response.json: there is none, so nothing shows what the mapping of file"
                        + " makes of an answer",
                "fixtures/acme/points/<case>.response.json: there is none, so nothing shows what the mapping of points"
                        + " makes of an answer");
        assertThat(fixtures.problems()).isEmpty();
    }

    @Test
    void showsNothingWhereNothingIsSaved() throws IOException {
        assertThat(lines()).isEmpty();
        assertThat(fixtures.hints()).containsExactly(
                "fixtures/acme/jobs/<case>.response.json: there is none, so nothing shows what the mapping of jobs"
                        + " makes of an answer");
    }

    /** As {@code check} does, provider by provider. */
    @Test
    void forgetsWhatItFoundInTheProviderBefore() throws IOException {
        write("acme.properties", "list = jobs\nfollow = points\nafter = jobs\n");
        write(SAVED, "{\"mark\": 1, \"facts\": [{\"kind\": \"no\"}]}");
        write("fixtures/acme/jobs/two.response.json", "{}");
        write("duck.properties", "list = jobs\nlike = acme\n");
        write("fixtures/duck/jobs/one.response.json", page(job("job-1", "RUNNING", "going", "")));
        write("none.properties", "list = jobs\nlike = acme\n");
        lines();
        assertThat(fixtures.problems()).hasSize(2);
        assertThat(fixtures.hints()).hasSize(2);

        assertThat(fixtures.of("duck")).hasSize(3);
        assertThat(fixtures.problems()).isEmpty();
        assertThat(fixtures.hints()).isEmpty();
        assertThat(fixtures.of("acme")).hasSize(5);
        assertThat(fixtures.problems()).hasSize(2);
        assertThat(fixtures.hints()).hasSize(2);

        assertThat(fixtures.of("none")).isEmpty();
        assertThat(fixtures.problems()).as("nothing was saved that could be unusable").isEmpty();
    }

    @Test
    void asksEachProviderAnewHowItsListIsOrdered() throws IOException {
        write("acme.properties", "list = jobs\nafter = jobs\n");
        write(SAVED, "{\"mark\": 1, \"newestFirst\": true, \"facts\": []}");
        write("duck.properties", "list = jobs\nlike = acme\nafter = jobs\n");
        write("fixtures/duck/jobs/one.response.json", "{\"mark\": 1, \"facts\": []}");
        lines();
        assertThat(fixtures.hints()).isEmpty();
        fixtures.of("duck");
        assertThat(fixtures.hints()).singleElement().asString().contains("mark is not used without newestFirst");
    }

    private List<String> lines() throws IOException {
        var files = new RouteFiles(MappingFixturesTest.class.getClassLoader(), List.of(), List.of(folder));
        fixtures = new MappingFixtures(folder, files);
        return fixtures.of("acme");
    }

    private void write(String name, String text) throws IOException {
        Files.createDirectories(folder.resolve(name).getParent());
        Files.writeString(folder.resolve(name), text);
    }

    private static String page(String... records) {
        return "{\"facts\": [" + String.join(", ", records) + "]}";
    }

    private static String job(String id, String status, String raw, String more) {
        return "{\"kind\": \"job.status-changed\", \"job\": \"" + id + "\", \"key\": [\"" + raw
                + "\"], \"data\": {\"status\": \"" + status
                + "\", \"statusRaw\": \"" + raw + "\"}, \"raw\": 1" + more + "}";
    }

    private static String metrics(String values) {
        return "{\"kind\": \"metrics.recorded\", \"job\": \"job-1\", \"key\": [1], \"data\": {\"origin\": \"event\","
                + " \"step\": 1, \"values\": "
                + values + "}}";
    }
}
