package org.finetunebridge.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.schibsted.spt.data.jslt.JsltException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.finetunebridge.provider.JsltMapper.NoPageException;
import org.finetunebridge.provider.JsltMapper.WrongShapeException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsltMapperTest {

    @TempDir
    private Path folder;

    @BeforeEach
    void describeTwoProviders() throws IOException {
        write("base.properties", "list = jobs\n");
        write("acme.properties", "list = jobs\nlike = base\n");
    }

    @Test
    void leavesOutWhatIsAbsentAndKeepsAnEmptyListThatWasSent() throws IOException {
        write("acme-jobs.jslt", "{\"facts\": .data, \"requestId\": .id, \"next\": $asked.cursor, \"mark\":"
                + " $asked.read}");
        assertThat(mapper().map(json("{\"data\": []}"), JsltMapper.asked("job-1", "7", 3), "acme-jobs"))
                .hasToString("{\"facts\":[],\"next\":\"7\",\"mark\":3}");
    }

    @Test
    void tellsTheMappingWhatWasAsked() throws IOException {
        assertThat(JsltMapper.asked("job-1", "7", 3)).hasToString("{\"job\":\"job-1\",\"cursor\":\"7\",\"read\":3}");
        assertThat(JsltMapper.asked("job-1", "7")).hasToString("{\"job\":\"job-1\",\"cursor\":\"7\",\"read\":0}");
    }

    @Test
    void blamesTheMappingWhereItMakesNoPageAndTheAnswerElsewhere() throws IOException {
        write("acme-jobs.jslt", "{\"fatcs\": []}");
        write("acme-events.jslt", "if (is-array(.data)) {\"facts\": .data} else error(\"no list of events\")");

        assertThatThrownBy(() -> mapper().mapResource(json("{}"), JsltMapper.asked("", ""), "acme", "jobs"))
                .isInstanceOf(NoPageException.class).hasMessage("acme-jobs.jslt makes no page: facts is missing")
                .hasNoCause();
        assertThatThrownBy(() -> mapper().mapResource(json("{}"), JsltMapper.asked("", ""), "acme", "events"))
                .isExactlyInstanceOf(WrongShapeException.class).hasMessageContaining("no list of events")
                .hasCauseInstanceOf(JsltException.class);
        assertThat(mapper().mapResource(json("{\"data\": [1]}"), JsltMapper.asked("", ""), "acme", "events"))
                .isEqualTo(json("{\"facts\": [1]}"));
    }

    @ParameterizedTest
    @CsvSource({"'acme-job base-job', acme-job", "'acme-jobs base-job', acme-jobs", "'base-job base-jobs', base-job",
        "base-jobs, base-jobs",
        "acme-jobss, acme-job"})
    void mapsOneJobByItsOwnMappingThenByThatOfTheList(String files, String name) throws IOException {
        for (String file : files.split(" ")) {
            write(file + ".jslt", "{\"facts\": [], \"requestId\": \"" + file + "\"}");
        }
        assertThat(mapper().nameOf("acme", "job")).isEqualTo(name);
    }

    /** Until then a mapping may be absent or broken: nothing asks for it. */
    @Test
    void findsABrokenMappingBeforeAnythingIsAsked() throws IOException {
        write("acme-jobs.jslt", "{\"facts\": [}");
        assertThatThrownBy(() -> mapper().compiled(List.of("acme"))).isInstanceOf(JsltException.class)
                .hasMessageContaining("acme-jobs.jslt:1");
        write("acme-jobs.jslt", "{\"facts\": []}");
        JsltMapper mapper = mapper();
        assertThat(mapper.compiled(List.of("acme"))).isSameAs(mapper);
        write("acme-jobs.jslt", "{\"facts\": [}");
        assertThat(mapper.map(json("{}"), JsltMapper.asked("", ""), "acme-jobs")).as("compiled once")
                .isEqualTo(json("{\"facts\": []}"));
    }

    @Test
    void saysWhichFileCannotBeRead() throws IOException {
        Files.write(folder.resolve("acme-jobs.jslt"), new byte[] {'"', (byte) 0xff, '"'});
        assertThatThrownBy(() -> mapper().compile("acme-jobs")).isInstanceOf(IllegalStateException.class)
                .hasMessage("cannot read acme-jobs.jslt").hasCauseInstanceOf(IOException.class);
        Files.write(folder.resolve("acme.properties"), new byte[] {(byte) 0xff});
        assertThatThrownBy(() -> mapper().nameOf("acme", "jobs")).isInstanceOf(IllegalStateException.class)
                .hasMessage("cannot read the files of acme").hasCauseInstanceOf(IOException.class);
    }

    private JsltMapper mapper() throws IOException {
        return new JsltMapper(new RouteFiles(JsltMapperTest.class.getClassLoader(), List.of(), List.of(folder)));
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    private static JsonNode json(String text) throws JsonProcessingException {
        return new ObjectMapper().readTree(text);
    }
}
