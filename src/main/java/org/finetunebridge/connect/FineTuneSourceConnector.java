package org.finetunebridge.connect;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.config.Config;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigValue;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.ConnectorTransactionBoundaries;
import org.apache.kafka.connect.source.ExactlyOnceSupport;
import org.apache.kafka.connect.source.SourceConnector;
import org.finetunebridge.polling.JobShard;
import org.finetunebridge.settings.InvalidConfigurationException;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.state.JobState;

/**
 * Reads LLM fine-tuning jobs at their providers, and publishes every change as a CloudEvent: once, if the worker supports it
 * and {@code transaction.boundary} is {@code connector}. Its keys are those of {@code application.properties}.
 */
public final class FineTuneSourceConnector extends SourceConnector {

    /** The name of a task, in its own configuration. */
    static final String TASK = "bridge-task";

    private static final String BOUNDARY = "transaction.boundary";
    private static final String TOLERANCE = "errors.tolerance";
    private static final String STRINGS = "org.apache.kafka.connect.storage.StringConverter";
    private static final Set<String> PLAIN_HEADERS = Set.of(STRINGS, "org.apache.kafka.connect.storage.SimpleHeaderConverter");

    private Map<String, String> properties = Map.of();

    static String ownVersion() {
        String version = FineTuneSourceConnector.class.getPackage().getImplementationVersion();
        return version == null ? "unpacked" : version;
    }

    @Override
    public String version() {
        return ownVersion();
    }

    @Override
    public Class<? extends Task> taskClass() {
        return FineTuneSourceTask.class;
    }

    @Override
    public ConfigDef config() {
        return ConnectorKeys.definition();
    }

    @Override
    public void start(Map<String, String> some) {
        read(some);
        properties = Map.copyOf(some);
    }

    private static ConnectorSettings read(Map<String, String> some) {
        try {
            return ConnectorSettings.of(some);
        } catch (InvalidConfigurationException e) {
            throw new ConnectException("The configuration cannot be used: " + e.getMessage(), e);
        }
    }

    /** Accounts, and the parts of those that are to be spread, in turns; each account and part has one task. */
    @Override
    public List<Map<String, String>> taskConfigs(int most) {
        ConnectorSettings settings = read(properties);
        List<Map<String, String>> units = new ArrayList<>();
        settings.settings().sources().forEach(source -> {
            int parts = source.listsJobs() ? Math.min(settings.parts().get(source.name()), most) : 1;
            for (int part = 0; part < parts; part++) {
                units.add(unit(source, part, parts));
            }
        });
        int tasks = Math.min(units.size(), most);
        List<Map<String, String>> configurations = new ArrayList<>();
        for (int task = 0; task < tasks; task++) {
            Map<String, String> configuration = new HashMap<>();
            properties.forEach((key, value) -> {
                if (!isOfASection(key)) {
                    configuration.put(key, value);
                }
            });
            Set<String> sections = new HashSet<>();
            for (int unit = task; unit < units.size(); unit += tasks) {
                sections.add(units.get(unit).remove(ConnectorSettings.SOURCES));
                configuration.putAll(units.get(unit));
            }
            configuration.put(ConnectorSettings.SOURCES, String.join(",", sections.stream().sorted().toList()));
            configuration.put(TASK, properties.getOrDefault("name", "connect") + "-" + task);
            configurations.add(configuration);
        }
        return configurations;
    }

    private boolean isOfASection(String key) {
        return ConnectorSettings.sections(properties).stream().anyMatch(name -> key.startsWith(name + '.'));
    }

    /** The keys of an account, as one part of it reads it: what the account allows is divided. */
    private Map<String, String> unit(SourceSettings source, int part, int parts) {
        Map<String, String> unit = new TreeMap<>();
        String name = source.name();
        properties.forEach((key, value) -> {
            if (key.startsWith(name + '.')) {
                unit.put(key, value);
            }
        });
        unit.put(ConnectorSettings.SOURCES, name);
        unit.put(name + ConnectorSettings.PARTS, Integer.toString(parts));
        unit.put(name + ConnectorSettings.PART, Integer.toString(part));
        if (parts > 1 && source.rate() > 0) {
            unit.put(name + ".rate", Double.toString(source.rate() / parts));
        }
        if (parts > 1) {
            unit.put(name + ".concurrency", Integer.toString(Math.max(1, source.concurrency() / parts)));
        }
        return unit;
    }

    @Override
    public void stop() {
        properties = Map.of();
    }

    /** Without connector-defined boundaries a transaction could end within a page. */
    @Override
    public ExactlyOnceSupport exactlyOnceSupport(Map<String, String> some) {
        return "connector".equals(some.get(BOUNDARY)) && !"all".equals(some.get(TOLERANCE))
                ? ExactlyOnceSupport.SUPPORTED : ExactlyOnceSupport.UNSUPPORTED;
    }

    @Override
    public ConnectorTransactionBoundaries canDefineTransactionBoundaries(Map<String, String> some) {
        return ConnectorTransactionBoundaries.SUPPORTED;
    }

    /**
     * Checks offsets that somebody wants to write. A job has to come with the part of the index that lists it: without that
     * nobody would find its state.
     */
    @Override
    public boolean alterOffsets(Map<String, String> some, Map<Map<String, ?>, Map<String, ?>> offsets) {
        try {
            Map<String, Set<String>> listed = new HashMap<>();
            Set<String> buckets = new HashSet<>();
            for (Map.Entry<Map<String, ?>, Map<String, ?>> one : offsets.entrySet()) {
                SourceOffsets.check(one.getKey(), one.getValue());
                int bucket = SourceOffsets.indexBucket(one.getKey());
                String source = String.valueOf(one.getKey().get("source"));
                if (bucket >= 0) {
                    buckets.add(source + '/' + bucket);
                }
                if (bucket >= 0 && one.getValue() != null) {
                    listed.computeIfAbsent(source, none -> new HashSet<>())
                            .addAll(SourceOffsets.segment(one.getKey(), one.getValue()).jobs());
                }
            }
            for (Map.Entry<Map<String, ?>, Map<String, ?>> one : offsets.entrySet()) {
                requireIndex(one.getKey(), one.getValue() != null, listed, buckets);
            }
            return true;
        } catch (IOException | RuntimeException e) {
            throw new ConnectException("These offsets cannot be written: " + e.getMessage(), e);
        }
    }

    private static void requireIndex(Map<String, ?> partition, boolean set, Map<String, Set<String>> listed, Set<String> buckets)
            throws IOException {
        String job = partition.size() == 2 ? SourceOffsets.job(partition) : null;
        if (job == null || job.isEmpty()) {
            return;
        }
        String source = String.valueOf(partition.get("source"));
        boolean lists = listed.getOrDefault(source, Set.of()).contains(job);
        if (set && !lists) {
            throw new IOException(partition + " is not in the index: give the index partition that lists the job too, as GET"
                    + " offsets shows it");
        }
        if (!set && (lists || !buckets.contains(source + '/' + JobShard.bucket(job)))) {
            throw new IOException(partition + " is taken away, and the index still lists the job. To have a job published again,"
                    + " set its offset to " + SourceOffsets.offset(JobState.blank(source, job))
                    + "; to forget everything, DELETE the offsets");
        }
    }

    @Override
    public Config validate(Map<String, String> some) {
        Config config = super.validate(some);
        Map<String, ConfigValue> values = new TreeMap<>();
        config.configValues().forEach(value -> values.put(value.name(), value));
        problems(some).forEach(problem -> {
            String key = problem.split("[ :]", 2)[0];
            values.computeIfAbsent(key, ConfigValue::new).addErrorMessage(problem);
        });
        return new Config(new ArrayList<>(values.values()));
    }

    private static List<String> problems(Map<String, String> some) {
        List<String> problems = new ArrayList<>();
        try {
            ConnectorSettings.of(some);
        } catch (InvalidConfigurationException e) {
            problems.addAll(e.problems());
        }
        for (String converter : List.of("key.converter", "value.converter")) {
            if (!STRINGS.equals(some.get(converter))) {
                problems.add(converter + " = " + some.getOrDefault(converter, "") + ": set it to " + STRINGS
                        + " in the connector; keys and values are texts, and another converter would wrap or refuse them");
            }
        }
        String headers = some.getOrDefault("header.converter", STRINGS);
        if (!PLAIN_HEADERS.contains(headers)) {
            problems.add("header.converter = " + headers + ": allowed are " + String.join(", ", PLAIN_HEADERS.stream().sorted().toList()));
        }
        if ("all".equals(some.get(TOLERANCE))) {
            problems.add(TOLERANCE + " = all: a record that fails would be lost; allowed is none");
        }
        if ("required".equals(some.get("exactly.once.support")) && !"connector".equals(some.get(BOUNDARY))) {
            problems.add(BOUNDARY + " = " + some.getOrDefault(BOUNDARY, "poll") + ": for exactly once it has to be connector");
        }
        return problems;
    }
}
