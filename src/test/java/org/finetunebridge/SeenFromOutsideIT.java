package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.finetunebridge.Rig.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.settings.InvalidConfigurationException;
import org.finetunebridge.simulator.Fault;
import org.finetunebridge.simulator.Simulation;
import org.junit.jupiter.api.Test;

class SeenFromOutsideIT extends WindowFixture {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Pattern METRIC = Pattern.compile("\\b(finetune|process|jvm|camel)_[a-z0-9_]*[a-z0-9]");

    @Test
    void isUpAndCountsExactlyWhatItPublishes() throws Exception {
        rig.world.account("dashscope").finished(2, 3, 0);
        rig.world.account("minimax").finished(1, 0, 7);
        rig.source("team-a", "dashscope").source("mini", "minimax");
        start("team-a.period", "200ms", "mini.period", "200ms");

        await().untilAsserted(() -> assertThat(window.get("/observe/health").statusCode()).isEqualTo(200));
        await().untilAsserted(() -> {
            assertThat(metric("finetune_state_records", "source=\"team-a\"")).isEqualTo(2);
            assertThat(metric("finetune_facts_known_total", "source=\"team-a\"")).isPositive();
            assertThat(metric("finetune_polls_total", "result=\"read\"", "source=\"mini\"")).isGreaterThan(2);
        });
        assertThat(published("job.status-changed", "team-a")).isEqualTo(written("team-a", ".job."));
        assertThat(published("checkpoint.changed", "team-a")).isEqualTo(written("team-a", ".checkpoint.")).isEqualTo(6);
        assertThat(published("log.appended", "mini")).isEqualTo(written("mini", ".log.")).isPositive();
        assertThat(metric("finetune_lag_seconds", "source=\"team-a\"")).isPositive();
        assertThat(metric("finetune_request_seconds_count", "source=\"team-a\"", "result=\"2xx\"")).isPositive();
        assertThat(metric("finetune_schema_drift_total", "source=\"team-a\"")).isZero();
        assertThat(metric("finetune_state_size_bytes")).isPositive();
    }

    @Test
    void hasEveryMetricThatTheDashboardAndTheAlertsName() throws Exception {
        rig.world.account("dashscope").finished(1, 1, 0);
        rig.source("team-a", "dashscope");
        start();

        await().untilAsserted(() -> assertThat(published("checkpoint.changed", "team-a")).isEqualTo(1));
        Set<String> there = window.get("/observe/metrics").body().lines().filter(line -> !line.startsWith("#"))
                .map(line -> line.split("[{ ]")[0]).collect(Collectors.toSet());
        for (String file : List.of("grafana-dashboard.json", "alerts.yml", "README.md")) {
            List<String> named = METRIC.matcher(Files.readString(Path.of("docs/ops", file))).results()
                    .map(MatchResult::group).distinct().toList();
            assertThat(named).as(file).hasSizeGreaterThan(8).allSatisfy(name -> assertThat(there)
                    .as(file + " names " + name).anyMatch(one -> one.equals(name) || one.equals(name + "_count")));
        }
        assertThat(JSON.readTree(Path.of("docs/ops/grafana-dashboard.json").toFile()).path("panels")).hasSize(16);
    }

    @Test
    void namesNoJobInAnyMetricAndNoKeyAnywhere() throws Exception {
        String job = rig.world.account("dashscope").finished(1, 1, 0).jobs().get(0).id();
        rig.source("team-a", "dashscope");
        start();

        await().untilAsserted(() -> assertThat(published("checkpoint.changed", "team-a")).isEqualTo(1));
        assertThat(window.get("/observe/metrics").body()).contains("jvm_memory_used_bytes", "camel_exchanges_total")
                .doesNotContain(job, Simulation.KEY);
        assertThat(window.get("/observe/health").body()).contains("source-team-a", "last read").doesNotContain(Simulation.KEY);
    }

    @Test
    void isDownButAliveWhenAKeyIsRefused() throws Exception {
        rig.world.account("dashscope").finished(1, 0, 0);
        rig.source("good", "dashscope").source("refused", "dashscope");
        start("refused.api-key", "sk-wrong");

        await().untilAsserted(() -> {
            assertThat(check("source-refused").path("status").asText()).isEqualTo("DOWN");
            assertThat(check("source-refused").path("message").asText()).contains("suspended until", "401");
            assertThat(check("source-good").path("message").asText()).contains("last read");
        });
        assertThat(window.get("/observe/health").statusCode()).isEqualTo(503);
        assertThat(window.get("/observe/health/ready").statusCode()).isEqualTo(503);
        assertThat(window.get("/observe/health/live").statusCode()).isEqualTo(200);
        assertThat(metric("finetune_source_parked", "source=\"refused\"")).isEqualTo(1);
        assertThat(metric("finetune_dead_letters_total", "source=\"refused\"", "reason=\"HTTP error\"")).isEqualTo(1);
        assertThat(metric("finetune_polls_total", "source=\"refused\"", "result=\"source\"")).isEqualTo(1);
    }

    /** The jobs that are known are read on. */
    @Test
    void isDownButNotHeldBackWhenOnlyTheListCannotBeRead() throws Exception {
        rig.sandbox.faults().always("GET /api/v1/fine-tunes\\?", Fault.status(404));
        rig.source("team-a", "dashscope");
        start();

        await().untilAsserted(() -> assertThat(check("source-team-a").path("status").asText()).isEqualTo("DOWN"));
        assertThat(check("source-team-a").path("message").asText()).contains("suspended until", "404");
        assertThat(metric("finetune_source_parked", "source=\"team-a\"")).isEqualTo(1);
        assertThat(metric("finetune_source_held", "source=\"team-a\"")).isZero();
    }

    @Test
    void isDownWithTheLastReasonWhenASourceIsSilent() throws Exception {
        rig.sandbox.faults().always(".*", Fault.status(503));
        rig.clock(Rig.hastening(600)).source("team-a", "dashscope");
        start();

        await().untilAsserted(() -> {
            assertThat(check("source-team-a").path("status").asText()).isEqualTo("DOWN");
            assertThat(check("source-team-a").path("message").asText()).startsWith("never read: ").contains("503");
        });
    }

    @Test
    void isDownWhileNothingCanBeWrittenAndUpAgainAfterwards() throws Exception {
        Path blocked = Files.createSymbolicLink(folder.resolve("blocked"), folder.resolve("nowhere"));
        rig.world.account("dashscope").finished(1, 1, 0);
        rig.source("team-a", "dashscope");
        start("bridge.state.directory", blocked.resolve("state").toString(), "team-a.period", "200ms");

        await().untilAsserted(() -> {
            assertThat(check("sink").path("status").asText()).isEqualTo("DOWN");
            assertThat(check("memory").path("status").asText()).isEqualTo("DOWN");
        });
        assertThat(metric("finetune_sink_writable")).isZero();
        assertThat(window.get("/observe/health/live").statusCode()).isEqualTo(200);

        Files.delete(blocked);
        await().untilAsserted(() -> assertThat(window.get("/observe/health/ready").statusCode()).isEqualTo(200));
        assertThat(metric("finetune_sink_writable")).isEqualTo(1);
    }

    @Test
    void countsTheSecondsAProviderMakesItWait() throws Exception {
        rig.sandbox.faults().always(".*", Fault.status(429).header("Retry-After", "120"));
        rig.source("team-a", "dashscope");
        start();

        await().untilAsserted(() -> assertThat(metric("finetune_throttled_seconds_total")).isBetween(119.0, 121.0));
        assertThat(metric("finetune_source_held")).isEqualTo(1);
        assertThat(metric("finetune_request_seconds_count", "result=\"4xx\"")).isEqualTo(1);
    }

    @Test
    void saysWhichKeyToChangeWhenThePortIsTaken() throws Exception {
        rig.source("team-a", "dashscope");
        try (var taken = new ServerSocket(window.port, 1, InetAddress.getLoopbackAddress())) {
            Bridge other = rig.bridge(false).served();
            assertThatExceptionOfType(InvalidConfigurationException.class).isThrownBy(other::init)
                    .withMessageContaining("bridge.http.port = " + taken.getLocalPort());
        }
    }

    private void start(String... more) throws IOException {
        for (int i = 0; i < more.length; i += 2) {
            rig.with(more[i], more[i + 1]);
        }
        window.open();
    }

    private JsonNode check(String name) throws Exception {
        for (JsonNode one : JSON.readTree(window.get("/observe/health").body()).path("checks")) {
            if (one.path("name").asText().equals(name)) {
                return one;
            }
        }
        throw new AssertionError("no check " + name);
    }

    private double published(String kind, String source) throws Exception {
        return metric("finetune_facts_told_total", "kind=\"" + kind + '"', "source=\"" + source + '"');
    }

    private double written(String source, String type) {
        return rig.events().stream().filter(event -> event.path("type").asText().contains(type)
                && event.path("data").path("account").asText().equals(source)).count();
    }

    /** The one sample of that name with all these labels. */
    private double metric(String name, String... labels) throws Exception {
        List<String> lines = window.get("/observe/metrics").body().lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .filter(line -> List.of(labels).stream().allMatch(line::contains)).toList();
        assertThat(lines).as(name).hasSize(1);
        return Double.parseDouble(lines.get(0).substring(lines.get(0).lastIndexOf(' ') + 1));
    }
}
