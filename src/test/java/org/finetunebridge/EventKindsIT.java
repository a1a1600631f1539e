package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code <source>.events} leaves out is left out, and nothing else changes. */
class EventKindsIT {

    @TempDir
    private Path folder;
    @AutoClose
    private Rig rig;

    @BeforeEach
    void start() {
        rig = new Rig(folder, Instant.parse("2026-03-01T04:05:06Z")).source("all", "minimax").source("ends", "minimax")
                .source("every", "dashscope").source("points", "dashscope").with("ends.events", "status")
                .with("points.events", "checkpoint");
        rig.world.account("minimax").finished(2, 0, 30);
        rig.world.account("dashscope").finished(3, 2, 0);
    }

    @Test
    void publishesTheChosenKindsInTheSameOrderUnderTheSameIds() throws Exception {
        rig.once();

        for (String job : jobs("ends")) {
            assertThat(published("ends", job)).containsExactlyElementsOf(published("all", job).stream()
                    .filter(event -> event.contains("job.status-changed")).toList()).hasSize(4)
                    .last().asString().contains("SUCCEEDED");
        }
        for (String job : jobs("points")) {
            assertThat(published("points", job)).containsExactlyElementsOf(published("every", job).stream()
                    .filter(event -> event.contains("checkpoint.changed")).toList()).hasSize(2);
        }
        assertThat(jobs("ends")).hasSize(2);
        assertThat(jobs("points")).hasSize(3);
        assertThat(rig.deadLetters()).isEmpty();
        int before = rig.events().size();
        rig.once();
        assertThat(rig.events()).hasSize(before);
    }

    @Test
    void publishesNothingLateOfAKindThatIsChosenLater() throws Exception {
        rig.once();
        int before = rig.events().size();
        rig.with("ends.events", "status,log").once();
        assertThat(rig.events()).hasSize(before);
    }

    private List<String> jobs(String account) {
        return rig.events().stream().filter(event -> event.at("/data/account").asText().equals(account))
                .map(event -> event.path("subject").asText()).distinct().toList();
    }

    /** Kind, id and status of each event, in order. */
    private List<String> published(String account, String job) {
        return rig.events().stream().filter(event -> event.at("/data/account").asText().equals(account))
                .filter(event -> event.path("subject").asText().equals(job)).map(EventKindsIT::brief).toList();
    }

    private static String brief(JsonNode event) {
        return event.path("type").asText() + ' ' + event.path("id").asText() + ' ' + event.at("/data/status").asText();
    }
}
