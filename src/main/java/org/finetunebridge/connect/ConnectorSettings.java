package org.finetunebridge.connect;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.finetunebridge.camel.QuartzCronValidator;
import org.finetunebridge.polling.JobShard;
import org.finetunebridge.provider.ProviderRegistry;
import org.finetunebridge.provider.RouteFiles;
import org.finetunebridge.settings.InvalidConfigurationException;
import org.finetunebridge.settings.KeySuggestions;
import org.finetunebridge.settings.SecretMask;
import org.finetunebridge.settings.Settings;
import org.finetunebridge.settings.SettingsReader;

/**
 * What the properties of a connector or task say. The keys are those of {@code application.properties}; what Connect does
 * itself (topics of the state, transactions, clients, secrets) has no key here.
 *
 * @param configuration   the keys of the bridge
 * @param settings        the same, read and checked
 * @param files           routes and mappings
 * @param heartbeatTopic  of the records that carry state without an event
 * @param parts           over how many tasks an account's jobs may be spread, by account
 * @param shards          which part of each account this task reads; {@link JobShard#WHOLE} where none is said
 * @param largestRecord   bytes
 * @param transformed     whether transforms may drop records
 */
record ConnectorSettings(Map<String, String> configuration, Settings settings, RouteFiles files, String heartbeatTopic,
        Map<String, Integer> parts, Map<String, JobShard> shards, int largestRecord, boolean transformed) {

    static final String SOURCES = "bridge.sources";
    static final String HEARTBEAT_TOPIC = "bridge.connect.heartbeat-topic";
    /** Of an account: over how many tasks its jobs may be spread. */
    static final String PARTS = ".jobs.shards";
    /** Of an account, in the configuration of a task alone. */
    static final String PART = ".jobs.shard";
    static final String HEARTBEAT_DEFAULT = "finetune.heartbeats";
    static final String MODE = "bridge.kafka.content-mode";
    static final String BINARY = "binary";

    private static final String DEFAULT_SOURCES = "dashscope,minimax";
    private static final String LARGEST = "producer.override.max.request.size";
    private static final int LARGEST_DEFAULT = 1024 * 1024;
    /** A dead letter always fits, whatever it quotes. */
    private static final int LARGEST_LEAST = 512 * 1024;
    /** A reference to a config provider, as Connect knows it. */
    private static final Pattern UNRESOLVED = Pattern.compile("\\$\\{[^}]*:[^}]*}");
    private static final String INSTEAD = "it has no effect in Kafka Connect: ";
    /** Keys of the bridge that somebody else decides about here, and who. */
    private static final Map<String, String> ELSEWHERE = new TreeMap<>(Map.ofEntries(
            Map.entry("bridge.standby", "another worker takes over the tasks of one that ends"),
            Map.entry("bridge.sink", "records go to the topics bridge.kafka.topic and bridge.kafka.dead-letter-topic"),
            Map.entry("bridge.file.", "records go to topics"),
            Map.entry("bridge.dead-letter.directory", "dead letters go to bridge.kafka.dead-letter-topic"),
            Map.entry("bridge.state.directory", "the state is in Connect's source offsets"),
            Map.entry("bridge.kafka.brokers", "the worker knows its cluster"),
            Map.entry("bridge.kafka.state-topic", "the state is in Connect's source offsets; see offsets.storage.topic"),
            Map.entry("bridge.kafka.delivery", "see exactly.once.support and transaction.boundary"),
            Map.entry("bridge.kafka.partitions", "see topic.creation.default.partitions"),
            Map.entry("bridge.kafka.replication", "see topic.creation.default.replication.factor"),
            Map.entry("bridge.kafka.transactional-id", "the worker makes its own"),
            Map.entry("bridge.kafka.client.", "see producer.override.*"),
            Map.entry("bridge.http.", "Connect's REST interface shows how tasks stand")));
    /** What Connect's own keys begin with: a section of that name could not be told from them. */
    private static final Set<String> RESERVED = Set.of("name", "connector", "tasks", "key", "value", "header", "transforms",
            "predicates", "errors", "topic", "offsets", "producer", "consumer", "admin", "exactly", "transaction", "config", "auto",
            "plugin");

    /**
     * Reads and checks.
     *
     * @throws InvalidConfigurationException with everything that is wrong
     */
    static ConnectorSettings of(Map<String, String> properties) {
        return new Reading(properties).result();
    }

    String topic() {
        return settings.kafka().topic();
    }

    String deadLetterTopic() {
        return settings.kafka().deadLetterTopic();
    }

    /** Whether a key of the bridge has no effect here. */
    static boolean isElsewhere(String key) {
        return elsewhere(key) != null;
    }

    private static String elsewhere(String key) {
        return ELSEWHERE.keySet().stream().filter(one -> one.endsWith(".") ? key.startsWith(one) : key.equals(one))
                .findFirst().map(ELSEWHERE::get).orElse(null);
    }

    /** The sections that are named, whether they are on or not. */
    static List<String> sections(Map<String, String> properties) {
        return Arrays.stream(properties.getOrDefault(SOURCES, DEFAULT_SOURCES).split(",")).map(String::strip)
                .filter(name -> !name.isEmpty()).distinct().toList();
    }

    private static final class Reading {

        private final Map<String, String> properties;
        private final List<String> sections;
        private final List<String> problems = new ArrayList<>();
        private final Map<String, String> ours = new TreeMap<>();
        private final Map<String, Integer> parts = new TreeMap<>();
        private final Map<String, JobShard> shards = new TreeMap<>();

        Reading(Map<String, String> properties) {
            this.properties = properties;
            this.sections = sections(properties);
        }

        ConnectorSettings result() {
            sections.stream().filter(RESERVED::contains).forEach(name -> problems.add(SOURCES + " = " + name
                    + ": keys of Kafka Connect begin so; take another name, and say its provider: <name>.provider = " + name));
            properties.forEach(this::sort);
            sections.forEach(this::shard);
            String heartbeats = ours.getOrDefault(HEARTBEAT_TOPIC, HEARTBEAT_DEFAULT);
            ours.remove(HEARTBEAT_TOPIC);
            ours.putIfAbsent(MODE, BINARY);
            RouteFiles files = files();
            Settings settings = null;
            try {
                settings = new SettingsReader(new ProviderRegistry(files), new QuartzCronValidator(), InstantSource.system())
                        .sink("connect").read(ours);
                requireSources(settings);
            } catch (InvalidConfigurationException e) {
                problems.addAll(e.problems());
            }
            int largest = largest();
            if (!problems.isEmpty()) {
                throw new InvalidConfigurationException(problems);
            }
            return new ConnectorSettings(ours, settings, files, heartbeats, parts, shards, largest,
                    !properties.getOrDefault("transforms", "").isBlank());
        }

        private void sort(String key, String value) {
            String section = key.substring(0, Math.max(0, key.indexOf('.')));
            boolean mine = section.equals("bridge") || sections.contains(section) && !RESERVED.contains(section);
            String other = elsewhere(key);
            if (other != null) {
                problems.add(key + " is set: " + INSTEAD + other);
            } else if (mine && value != null && value.contains("{{")) {
                problems.add(key + " = " + SecretMask.shown(key, value) + ": {{…}} is not read in Kafka Connect; use one of the"
                        + " worker's config providers, such as ${file:/path/to/file:key}");
            } else if (mine && value != null && UNRESOLVED.matcher(value).find()) {
                // Connect leaves what it cannot replace as it is; a provider would get it as the key.
                problems.add(key + " = " + SecretMask.shown(key, value) + ": ${…} was not replaced; the worker has no config provider"
                        + " of that name (config.providers), or nothing of that name is there");
            } else if (mine && value != null) {
                ours.put(key, value);
            } else if (key.endsWith(".api-key")) {
                problems.add(key + " is set, but " + SOURCES + " does not name " + section + KeySuggestions.hint(section, sections));
            }
        }

        private void shard(String section) {
            int of = number(ours.remove(section + PARTS), section + PARTS, 1, JobShard.BUCKETS);
            int number = number(ours.remove(section + PART), section + PART, 0, of - 1);
            parts.put(section, of);
            shards.put(section, new JobShard(number, of));
        }

        private int number(String value, String key, int lowest, int highest) {
            try {
                int number = value == null || value.isBlank() ? lowest : Integer.parseInt(value.strip());
                if (number >= lowest && number <= highest) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // said below
            }
            problems.add(key + " = " + SecretMask.shown(key, value) + ": allowed is a whole number from " + lowest + " to " + highest);
            return lowest;
        }

        private int largest() {
            String value = properties.get(LARGEST);
            return value == null ? LARGEST_DEFAULT : number(value, LARGEST, LARGEST_LEAST, Integer.MAX_VALUE);
        }

        private void requireSources(Settings settings) {
            if (settings.sources().isEmpty()) {
                problems.add(SOURCES + " = " + String.join(",", sections) + ": no source is on; set an api key of one of them: "
                        + sections.stream().findFirst().orElse("<name>") + ".api-key");
            }
        }

        private RouteFiles files() {
            List<Path> folders = new ArrayList<>();
            String own = ours.getOrDefault("bridge.providers.directory", "");
            if (!own.isBlank() && !Files.isDirectory(Path.of(own))) {
                problems.add("bridge.providers.directory = " + own + ": no such folder on this worker");
            } else if (!own.isBlank()) {
                folders.add(Path.of(own));
            }
            try {
                return new RouteFiles(ConnectorSettings.class.getClassLoader(), RouteFiles.packed(), folders);
            } catch (IOException e) {
                throw new InvalidConfigurationException(List.of("the route files cannot be read: " + e.getMessage()));
            }
        }
    }

    /** Names of the accounts that are on. */
    Set<String> accounts() {
        Set<String> names = new HashSet<>();
        settings.sources().forEach(source -> names.add(source.name()));
        return names;
    }
}
