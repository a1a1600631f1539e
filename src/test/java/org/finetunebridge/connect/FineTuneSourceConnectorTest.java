package org.finetunebridge.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.ConnectorTransactionBoundaries;
import org.apache.kafka.connect.source.ExactlyOnceSupport;
import org.apache.kafka.connect.source.SourceConnector;
import org.finetunebridge.polling.JobShard;
import org.finetunebridge.state.JobState;
import org.junit.jupiter.api.Test;

class FineTuneSourceConnectorTest {

    private static final String STRINGS = "org.apache.kafka.connect.storage.StringConverter";

    private final FineTuneSourceConnector connector = new FineTuneSourceConnector();

    private static Map<String, String> good() {
        return new TreeMap<>(Map.of("name", "jobs", "connector.class", "FineTuneSource", "tasks.max", "3",
                "exactly.once.support", "required", "transaction.boundary", "connector", "key.converter", STRINGS,
                "value.converter", STRINGS, "dashscope.api-key", "sk-1"));
    }

    private Map<String, List<String>> errors(String key, String value) {
        Map<String, String> properties = good();
        properties.put(key, value);
        return connector.validate(properties).configValues().stream().filter(one -> !one.errorMessages().isEmpty())
                .collect(Collectors.toMap(ConfigValue::name, ConfigValue::errorMessages));
    }

    @Test
    void isFoundByServiceLoading() {
        assertThat(ServiceLoader.load(SourceConnector.class).stream().map(ServiceLoader.Provider::type))
                .contains(FineTuneSourceConnector.class);
    }

    @Test
    void saysWhatIsWrongAtTheKeyThatIsWrong() {
        assertThat(errors("name", "jobs")).isEmpty();
        assertThat(errors("dashscope.perod", "1s").get("dashscope.perod").get(0)).contains("did you mean dashscope.period?");
        assertThat(errors("dashscope.period", "soon").get("dashscope.period").get(0)).contains("a duration with its unit");
        assertThat(errors("key.converter", "org.apache.kafka.connect.json.JsonConverter").get("key.converter").get(0)).contains(STRINGS);
        assertThat(errors("header.converter", "org.apache.kafka.connect.json.JsonConverter")).containsKey("header.converter");
        assertThat(errors("errors.tolerance", "all").get("errors.tolerance").get(0)).contains("lost");
        assertThat(errors("transaction.boundary", "poll").get("transaction.boundary").get(0)).contains("has to be connector");
        assertThat(errors("bridge.sink", "file").get("bridge.sink").get(0)).contains("no effect in Kafka Connect");
        assertThat(errors("bridge.kafka.client.acks", "1")).containsKey("bridge.kafka.client.acks");
        assertThat(errors("dashscope.jobs.shards", "17").get("dashscope.jobs.shards").get(0)).contains("from 1 to 16");
        assertThat(errors("dashcope.api-key", "sk-2").get("dashcope.api-key").get(0)).contains("did you mean dashscope?");
        assertThat(errors("bridge.sources", "errors")).containsKey("bridge.sources");
        assertThat(errors("dashscope.api-key", "").get("bridge.sources").get(0)).contains("no source is on");
    }

    /** Who may configure a connector may not read the worker's files and environment. */
    @Test
    void readsNoPlaceholderOfTheWorkersSurroundings() {
        assertThat(errors("dashscope.api-key", "{{env:PATH}}").get("dashscope.api-key").get(0)).contains("config providers")
                .doesNotContain("{{env:PATH}}");
        assertThat(errors("dashscope.api-key", "${file:/etc/keys:dashscope}").get("dashscope.api-key").get(0))
                .contains("config.providers").doesNotContain("/etc/keys");
        Map<String, String> properties = good();
        properties.put("camel.beans.any", "#class:java.lang.Object");
        assertThat(ConnectorSettings.of(properties).configuration()).doesNotContainKey("camel.beans.any");
    }

    @Test
    void showsNoSecretInAnyValue() {
        Map<String, String> properties = good();
        properties.put("dashscope.api-key", "sk-very secret");
        assertThat(connector.validate(properties).configValues().toString()).doesNotContain("sk-very");
    }

    @Test
    void describesEveryKeyOfTheSettingsTableOnce() {
        ConfigDef definition = connector.config();
        assertThat(definition.names()).contains("bridge.sources", "dashscope.period", "minimax.group-id", "bridge.kafka.topic")
                .doesNotContain("bridge.sink", "bridge.state.directory", "bridge.kafka.brokers", "bridge.http.port");
        assertThat(definition.configKeys().values()).allMatch(key -> !key.documentation.isBlank());
        assertThat(definition.configKeys().get("dashscope.period").documentation).contains("Between two polls");
        assertThat(definition.configKeys().get("dashscope.api-key").type).isEqualTo(ConfigDef.Type.PASSWORD);
    }

    @Test
    void supportsExactlyOnceOnlyWithItsOwnBoundaries() {
        assertThat(connector.exactlyOnceSupport(good())).isEqualTo(ExactlyOnceSupport.SUPPORTED);
        assertThat(connector.exactlyOnceSupport(Map.of("transaction.boundary", "poll"))).isEqualTo(ExactlyOnceSupport.UNSUPPORTED);
        assertThat(connector.exactlyOnceSupport(Map.of("transaction.boundary", "connector", "errors.tolerance", "all")))
                .isEqualTo(ExactlyOnceSupport.UNSUPPORTED);
        assertThat(connector.canDefineTransactionBoundaries(good())).isEqualTo(ConnectorTransactionBoundaries.SUPPORTED);
    }

    @Test
    void givesEachAccountAndEachPartOfALargeOneToOneTask() {
        Map<String, String> properties = good();
        properties.putAll(Map.of("bridge.sources", "dashscope,minimax,big", "minimax.api-key", "sk-2", "big.provider", "dashscope",
                "big.api-key", "sk-3", "big.jobs.shards", "8", "big.rate", "6", "big.concurrency", "12"));
        connector.start(properties);

        List<Map<String, String>> tasks = connector.taskConfigs(3);

        assertThat(tasks).hasSize(3);
        Map<String, Integer> owners = new HashMap<>();
        Set<Integer> parts = new TreeSet<>();
        for (Map<String, String> task : tasks) {
            ConnectorSettings settings = ConnectorSettings.of(task);
            settings.accounts().forEach(account -> owners.merge(account, 1, Integer::sum));
            JobShard part = settings.shards().get("big");
            assertThat(part.of()).isEqualTo(3);
            parts.add(part.number());
            assertThat(task).containsEntry("big.rate", "2.0").containsEntry("big.concurrency", "4");
        }
        assertThat(owners).isEqualTo(Map.of("dashscope", 1, "minimax", 1, "big", 3));
        assertThat(parts).containsExactly(0, 1, 2);
        assertThat(tasks.stream().filter(task -> task.containsKey("minimax.api-key"))).hasSize(1);
        assertThat(connector.taskConfigs(1)).hasSize(1);
    }

    /** As forms send them. */
    @Test
    void takesBlankValuesAsNotSet() {
        Map<String, String> properties = good();
        properties.putAll(Map.of("dashscope.jobs.shards", "2", "dashscope.rate", "", "dashscope.concurrency", " ",
                "minimax.jobs.shards", ""));
        connector.start(properties);

        assertThat(connector.taskConfigs(2)).hasSize(2).allSatisfy(task -> {
            assertThat(task).containsEntry("dashscope.concurrency", "2");
            assertThat(ConnectorSettings.of(task).settings().sources().get(0).rate()).isZero();
        });
    }

    @Test
    void everyJobIsInOnePartWhateverTheirNumber() {
        for (int of = 1; of <= JobShard.BUCKETS; of++) {
            for (int job = 0; job < 200; job++) {
                int owners = 0;
                for (int number = 0; number < of; number++) {
                    owners += new JobShard(number, of).owns("ft-" + job) ? 1 : 0;
                }
                assertThat(owners).isEqualTo(1);
            }
        }
    }

    @Test
    void takesOffsetsThatTheIndexLeadsTo() {
        Map<Map<String, ?>, Map<String, ?>> offsets = new HashMap<>(new JobIndex("acme").add(List.of("ft-1")));
        offsets.put(SourceOffsets.partition("acme", "ft-1"), SourceOffsets.offset(JobState.blank("acme", "ft-1")));
        offsets.put(SourceOffsets.partition("acme", ""), SourceOffsets.offset(JobState.blank("acme", "")));
        assertThat(connector.alterOffsets(good(), offsets)).isTrue();
        offsets.replaceAll((partition, offset) -> null);
        assertThat(connector.alterOffsets(good(), offsets)).as("DELETE").isTrue();
        offsets.put(Map.of("file", "of another connector"), null);
        offsets.put(Map.of("source", "acme", "index", "x"), null);
        assertThat(connector.alterOffsets(good(), offsets)).as("whatever is there can be taken away").isTrue();
    }

    @Test
    void refusesOffsetsThatWouldBeMissedOrMisread() {
        Map<String, String> partition = SourceOffsets.partition("acme", "ft-1");
        Map<String, Object> offset = SourceOffsets.offset(JobState.blank("acme", "ft-1"));
        assertRefused(partition, offset, "is not in the index");
        assertRefused(partition, null, "the index still lists the job");
        assertRefused(partition, SourceOffsets.offset(JobState.blank("acme", "ft-2")), "the state of another job");
        assertRefused(partition, Map.of("v", 2L, "state", "{}"), "newer version");
        assertRefused(partition, Map.of("state", "{}"), "has no state that this connector wrote");
        assertRefused(Map.of("source", "acme", "index", "99.0"), SourceOffsets.offset(List.of("ft-1"), 1), "no place in the index");
        assertRefused(Map.of("source", "acme", "index", "1.0"), Map.of("v", 1L, "jobs", "ft-1", "segments", 1L), "no list of job ids");
        assertRefused(Map.of("source", "acme", "index", "1.0"), Map.of("v", 1L, "jobs", "[null]", "segments", 1L), "null in the place");
        int other = (JobShard.bucket("ft-1") + 1) % JobShard.BUCKETS;
        assertRefused(SourceOffsets.index("acme", other, 0), SourceOffsets.offset(List.of("ft-1"), 1), "is not where ft-1 is listed");
        assertRefused(Map.of("file", "a"), Map.of("position", 1L), "no partition of this connector");
    }

    private void assertRefused(Map<String, ?> partition, Map<String, ?> offset, String why) {
        Map<Map<String, ?>, Map<String, ?>> offsets = new HashMap<>();
        offsets.put(partition, offset);
        assertThatThrownBy(() -> connector.alterOffsets(good(), offsets)).isInstanceOf(ConnectException.class).hasMessageContaining(why);
    }
}
