package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.finetunebridge.Rig.await;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.finetunebridge.simulator.Fault;
import org.finetunebridge.simulator.Simulation;
import org.hawkular.agent.prometheus.text.TextPrometheusMetricsProcessor;
import org.hawkular.agent.prometheus.types.Counter;
import org.hawkular.agent.prometheus.types.Gauge;
import org.hawkular.agent.prometheus.types.Histogram;
import org.hawkular.agent.prometheus.types.Metric;
import org.hawkular.agent.prometheus.types.MetricFamily;
import org.hawkular.agent.prometheus.walkers.CollectorPrometheusMetricsWalker;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every meter of ours, in a bridge to which everything happened that they count, read as Prometheus reads them. */
class MetersIT extends WindowFixture {

    @BeforeEach
    void letEverythingHappen() throws IOException {
        rig.world.account("dashscope").finished(2, 3, 0);
        rig.world.account("dashscope").create("ft-running").become("RUNNING");
        rig.world.account("dashscope").create("ft-parked").become("RUNNING");
        rig.world.account("minimax").create("17");
        rig.sandbox.faults().always("GET /api/v1/fine-tunes/ft-parked.*", Fault.status(404));
        rig.sandbox.faults().always("GET /api/v1/fine-tunes\\?.*", Fault.edited(text -> text
                .replaceFirst("\"jobs\":\\[", "\"jobs\":[{\"job_id\":7},").replaceFirst("\"job_id\":\"", "\"news\":1,\"job_id\":\"")));
        rig.source("team-a", "dashscope").with("team-a.period", "200ms").with("team-a.stalled-after", "1s");
        rig.source("mini", "minimax");
        rig.source("refused", "dashscope").with("refused.api-key", "sk-wrong");
        rig.sandbox.faults().always(".*list_finetune.*", Fault.status(429).header("Retry-After", "120"));
        window.open();
    }

    @Test
    void countWhatHappened() throws Exception {
        await().untilAsserted(() -> {
            assertThat(value("finetune_polls_total", "source", "team-a", "result", "read")).isGreaterThan(4);
            assertThat(value("finetune_jobs_parked", "source", "team-a", "status", "RUNNING")).isEqualTo(1);
            assertThat(value("finetune_source_parked", "source", "refused")).isEqualTo(1);
            assertThat(value("finetune_source_held", "source", "mini")).isEqualTo(1);
            assertThat(value("finetune_facts_told_total", "source", "team-a", "kind", "job.stalled")).isEqualTo(1);
            assertThat(value("finetune_progress_age_seconds", "source", "team-a")).isGreaterThan(1);
        });
        assertThat(value("finetune_facts_told_total", "source", "team-a", "kind", "job.stalled")).isEqualTo(1);
        assertThat(value("finetune_facts_told_total", "source", "team-a", "kind", "checkpoint.expiring")).isZero();
        assertThat(value("finetune_jobs_silent", "source", "team-a", "status", "RUNNING", "age", "1h")).isEqualTo(2);
        assertThat(value("finetune_jobs_silent", "source", "team-a", "status", "RUNNING", "age", "more")).isZero();
        assertThat(value("finetune_progress_age_seconds", "source", "mini")).isZero();
        assertThat(value("finetune_polls_total", "source", "team-a", "result", "job")).isPositive();
        assertThat(value("finetune_polls_total", "source", "mini", "result", "transient")).isEqualTo(1);
        assertThat(value("finetune_polls_total", "source", "refused", "result", "source")).isEqualTo(1);
        assertThat(value("finetune_request_seconds", "source", "team-a", "result", "2xx")).isPositive();
        assertThat(value("finetune_request_seconds", "source", "team-a", "result", "4xx")).isPositive();
        assertThat(value("finetune_facts_told_total", "source", "team-a", "kind", "job.status-changed")).isEqualTo(4);
        assertThat(value("finetune_facts_told_total", "source", "team-a", "kind", "checkpoint.changed")).isEqualTo(6);
        assertThat(value("finetune_facts_told_total", "source", "mini", "kind", "log.appended")).isZero();
        assertThat(value("finetune_facts_known_total", "source", "team-a")).isPositive();
        assertThat(value("finetune_dead_letters_total", "source", "team-a", "reason", "Malformed record")).isPositive();
        assertThat(value("finetune_dead_letters_total", "source", "team-a", "reason", "HTTP error")).isEqualTo(1);
        assertThat(value("finetune_dead_letters_total", "source", "refused", "reason", "HTTP error")).isEqualTo(1);
        assertThat(value("finetune_throttled_seconds_total", "source", "mini")).isBetween(119.0, 121.0);
        assertThat(value("finetune_jobs_watched", "source", "team-a", "status", "RUNNING")).isEqualTo(2);
        assertThat(value("finetune_jobs_parked", "source", "team-a", "status", "PENDING")).isZero();
        assertThat(value("finetune_lag_seconds", "source", "team-a")).isPositive();
        assertThat(value("finetune_lag_seconds", "source", "mini")).isNaN();
        assertThat(value("finetune_schema_drift_total", "source", "team-a")).isPositive();
        assertThat(value("finetune_state_size_bytes")).isPositive();
        assertThat(value("finetune_state_records", "source", "team-a")).isEqualTo(4);
        assertThat(value("finetune_last_success_timestamp_seconds", "source", "team-a")).isPositive();
        assertThat(value("finetune_last_success_timestamp_seconds", "source", "refused")).isZero();
        assertThat(value("finetune_sink_writable")).isEqualTo(1);
    }

    @Test
    void nameASourceAKindAStatusAResultOrAReasonAndNeverAJob() throws Exception {
        await().untilAsserted(() ->
                assertThat(value("finetune_jobs_parked", "source", "team-a", "status", "RUNNING")).isEqualTo(1));
        List<Metric> ours = families().stream().filter(family -> family.getName().startsWith("finetune_"))
                .flatMap(family -> family.getMetrics().stream()).toList();
        assertThat(ours).hasSizeGreaterThan(60).allSatisfy(metric -> assertThat(List.of("source", "kind", "status",
                "result", "reason", "age")).containsAll(metric.getLabels().keySet()));
        assertThat(text()).doesNotContain("ft-running", "ft-parked", Simulation.KEY, "sk-wrong");
        List<String> names = families().stream().filter(family -> family.getName().startsWith("finetune_")).map(family ->
                family.getName() + ' ' + family.getType() + ' ' + new TreeSet<>(family.getMetrics().get(0).getLabels().keySet())).sorted().toList();
        CompatibilityTest.versions().forEach(version -> CompatibilityTest.assertThatItHolds(version.resolve("metrics.txt"), names));
    }

    /** By the program that belongs to Prometheus, where it is installed. */
    @Test
    void arePlainToPromtoolAndSoAreTheAlerts() throws Exception {
        Path promtool = InstalledProgram.require("promtool", "the alerts, their tests and the metrics by promtool");
        assertThat(run(promtool, "check", "rules", "docs/ops/alerts.yml")).contains("SUCCESS: 13 rules found");
        assertThat(run(promtool, "test", "rules", "docs/ops/alerts-test.yml")).contains("SUCCESS");
        assertThat(run(promtool, "check", "metrics").lines().filter(line -> line.contains("finetune_"))).isEmpty();
    }

    private String run(Path promtool, String... words) throws Exception {
        Path in = Files.writeString(folder.resolve("metrics"), text());
        var builder = new ProcessBuilder(promtool.toString()).redirectErrorStream(true).redirectInput(in.toFile())
                .redirectOutput(folder.resolve("said").toFile());
        builder.command().addAll(List.of(words));
        Process process = builder.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        String said = Files.readString(folder.resolve("said"));
        // 3 is a matter of taste, about names that are Camel's and Micrometer's.
        assertThat(process.exitValue()).as(said).isIn(0, 3);
        return said;
    }

    /** The one sample of that name with these labels. */
    private double value(String name, String... labels) throws Exception {
        List<Metric> found = families().stream().filter(family -> family.getName().equals(name))
                .flatMap(family -> family.getMetrics().stream()).filter(metric -> has(metric.getLabels(), labels)).toList();
        assertThat(found).as("%s %s", name, Arrays.toString(labels)).hasSize(1);
        Metric one = found.get(0);
        return one instanceof Counter counter ? counter.getValue() : one instanceof Gauge gauge ? gauge.getValue()
                : ((Histogram) one).getSampleCount();
    }

    private static boolean has(Map<String, String> all, String... labels) {
        for (int i = 0; i < labels.length; i += 2) {
            if (!labels[i + 1].equals(all.get(labels[i]))) {
                return false;
            }
        }
        return true;
    }

    private List<MetricFamily> families() throws Exception {
        var collector = new CollectorPrometheusMetricsWalker();
        new TextPrometheusMetricsProcessor(new ByteArrayInputStream(text().getBytes(StandardCharsets.UTF_8)), collector)
                .walk();
        return collector.getAllMetricFamilies();
    }

    private String text() throws Exception {
        HttpResponse<String> answer = window.get("/observe/metrics");
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.body();
    }
}
