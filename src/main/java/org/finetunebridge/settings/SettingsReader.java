package org.finetunebridge.settings;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.finetunebridge.event.FactParser;
import org.finetunebridge.provider.Provider;
import org.finetunebridge.provider.ProviderRegistry;
import org.finetunebridge.settings.Settings.KafkaSettings;

/** Reads the whole configuration before anything is polled, and says everything that is wrong with it at once. */
public final class SettingsReader {

    private static final String BRIDGE = "bridge.";
    private static final String CLIENT = "bridge.kafka.client.";
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,62}");
    /** Two begin keys of others; the third begins keys of the state topic that are no job's. */
    private static final Set<String> RESERVED = new TreeSet<>(Set.of("bridge", "camel", "owner"));
    private static final Pattern HEADER_SAFE = Pattern.compile("[\\x21-\\x7e]+");
    private static final Pattern QUOTED = Pattern.compile("(['\"`]).*\\1");
    /** What a shell would have put a value in the place of. */
    private static final Pattern UNEXPANDED =
            Pattern.compile("\\$\\{[^{}]*}|\\$[A-Za-z_]\\w*|\\$\\(.*\\)|%[A-Za-z_]\\w*%");
    private static final Pattern LOOPBACK = Pattern.compile("localhost|127\\..*|\\[::1]");
    private static final Duration A_MOMENT = Duration.ofMillis(1);
    /** Of every source; a provider adds its own. */
    public static final Set<String> SOURCE_KEYS = Stream.concat(AccessReader.KEYS.stream(), Stream.of("provider", "base-url", "api-key", "jobs",
            "models", "since", "period", "cron", "cron-zone", "concurrency", "rate", "recheck", "recheck-for", "stalled-after",
            "expiring-before", "time-zone",
            "request-timeout", "logs", "events")).collect(Collectors.toUnmodifiableSet());
    static final Set<String> BRIDGE_KEYS = Set.of("bridge.sources", "bridge.sink", "bridge.file.directory",
            "bridge.kafka.brokers", "bridge.kafka.topic", "bridge.kafka.dead-letter-topic", "bridge.kafka.state-topic",
            "bridge.kafka.delivery", "bridge.kafka.content-mode", "bridge.kafka.partitions",
            "bridge.kafka.replication", "bridge.kafka.transactional-id", "bridge.providers.directory",
            "bridge.dead-letter.directory", "bridge.state.directory", "bridge.max-response-size", "bridge.http.host",
            "bridge.http.port", "bridge.http.show-payloads", "bridge.traces.endpoint", "bridge.standby");

    private final ProviderRegistry providers;
    private final CronValidator crons;
    private final InstantSource clock;
    private final Map<String, Provider> read = new HashMap<>();
    private Duration shortestPeriod = Duration.ofSeconds(1);
    private String runtimeSink;
    private Map<String, String> environment = System.getenv();
    private Properties system = System.getProperties();

    /**
     * @param providers those a source may name
     * @param crons     says which cron expressions can be used
     * @param clock     what {@code since} counts back from
     */
    public SettingsReader(ProviderRegistry providers, CronValidator crons, InstantSource clock) {
        this.providers = providers;
        this.crons = crons;
        this.clock = clock;
    }

    /** Allows shorter periods than a second: only providers of one's own, as in tests, want to be asked so often. */
    public SettingsReader shortestPeriod(Duration shortest) {
        shortestPeriod = shortest;
        return this;
    }

    /** The runtime gives the sink, so that no key names one; null if none does. */
    public SettingsReader sink(String name) {
        runtimeSink = name;
        return this;
    }

    /** Takes proxies from here, and not from what this process was started with. */
    SettingsReader surroundings(Map<String, String> variables, Properties properties) {
        environment = variables;
        system = properties;
        return this;
    }

    /**
     * Reads and checks.
     *
     * @param configuration every key that is set, placeholders resolved
     * @throws InvalidConfigurationException with everything that is wrong
     */
    public Settings read(Map<String, String> configuration) {
        var values = new ValueParser(configuration);
        var access = new AccessReader(values, environment, system);
        List<String> names = values.list("bridge.sources", "dashscope,minimax");
        List<SourceSettings> on = new ArrayList<>();
        List<String> off = new ArrayList<>();
        Set<String> known = new TreeSet<>(BRIDGE_KEYS);
        for (String name : names) {
            SourceSettings source = source(name, values, access, known);
            if (source != null && !source.isOn()) {
                off.add(name);
            } else if (source != null) {
                on.add(source);
            }
        }
        refuseUnknown(configuration, names, known, values);
        String sink = runtimeSink != null ? runtimeSink : values.oneOf("bridge.sink", "file", "file", "kafka");
        boolean files = sink.equals("file");
        Settings settings = new Settings(List.copyOf(on), List.copyOf(off), sink,
                values.directory("bridge.file.directory", "data/events", files),
                values.directory("bridge.dead-letter.directory", "data/dead-letters", files),
                values.directory("bridge.state.directory", "data/state", files), kafka(configuration, values),
                values.size("bridge.max-response-size", "16MB"), values.text("bridge.http.host", "127.0.0.1"),
                values.number("bridge.http.port", 8080, 0, 65535), values.flag("bridge.http.show-payloads", false),
                traces(values), values.flag("bridge.standby", false));
        if (!values.problems().isEmpty()) {
            throw new InvalidConfigurationException(values.problems());
        }
        return settings;
    }

    /**
     * A duration with its unit, as keys have it, such as {@code 90s} or {@code 1h30m}.
     *
     * @param name what is said to have the value if it cannot be used
     */
    public static Duration duration(String name, String text) {
        var values = new ValueParser(Map.of(name, text.isBlank() ? "''" : text));
        Duration duration = values.duration(name, "1s", A_MOMENT);
        if (!values.problems().isEmpty()) {
            throw new InvalidConfigurationException(values.problems());
        }
        return duration;
    }

    /** What nothing forbids, but what somebody who knew would change; one line each. */
    public static List<String> warnings(Settings settings) {
        Instant now = Instant.now();
        return settings.sources().stream().flatMap(source -> Stream.of(
                notValid(source.name() + ".key-store", source.access().keyStore(), true, now),
                notValid(source.name() + ".trust-store", source.access().trustStore(), false, now), isOpen(source.baseUrl()) ? source.name() + ".base-url = "
                + source.baseUrl() + ": the api key goes over the network unencrypted; use https" : "",
                source.access().oauth2() != null && isOpen(source.access().oauth2().tokenUrl()) ? source.name() + ".oauth2.token-url = "
                + source.access().oauth2().tokenUrl() + ": the client's secret goes over the network unencrypted; use https" : ""))
                .filter(line -> !line.isEmpty()).toList();
    }

    private static String notValid(String key, StoreFile file, boolean withKey, Instant now) {
        String why = file == null ? null : file.notValid(withKey, now);
        return why == null ? "" : key + " = " + file + ": " + why + "; until it is renewed, this source will be refused";
    }

    private static boolean isOpen(String url) {
        return url.startsWith("http:") && !LOOPBACK.matcher(String.valueOf(URI.create(url).getHost())).matches();
    }

    private SourceSettings source(String name, ValueParser values, AccessReader access, Set<String> known) {
        String key = name + '.';
        SOURCE_KEYS.forEach(one -> known.add(key + one));
        if (!NAME.matcher(name).matches() || RESERVED.contains(name)) {
            values.problem("bridge.sources", "'" + SecretMask.shown("", name) + "' is no name for a source; allowed are"
                    + " lower-case letters, digits, - and _, but not the words " + String.join(", ", RESERVED));
            return null;
        }
        Provider provider = provider(key + "provider", values.text(key + "provider", name), values);
        if (provider == null) {
            return null;
        }
        provider.keys().keySet().forEach(own -> known.add(key + own));
        String apiKey = apiKey(key + "api-key", values);
        AccessSettings reached = access.read(key, !apiKey.isEmpty());
        Map<String, String> own = own(key, provider, !apiKey.isEmpty() || reached.oauth2() != null, values);
        ZoneId cronZone = values.zone(key + "cron-zone", ZoneId.of("UTC"));
        return new SourceSettings(name, provider, values.url(key + "base-url", provider.baseUrl()), apiKey,
                jobs(key + "jobs", provider, values), values.list(key + "models", ""),
                values.since(key + "since", clock.instant()), values.duration(key + "period", "30s", shortestPeriod),
                cron(key + "cron", cronZone, values), cronZone,
                values.number(key + "concurrency", 4, 1, 256), values.rate(key + "rate"),
                values.zone(key + "time-zone", provider.zone()),
                values.duration(key + "request-timeout", "60s", A_MOMENT), own,
                values.duration(key + "recheck", "1h", Duration.ofSeconds(1)), orZero(key + "recheck-for", "7d", values),
                events(key + "events", values), reached,
                new TimedSettings(orZero(key + "stalled-after", "0", values), orZero(key + "expiring-before", "3d", values)));
    }

    private static Duration orZero(String key, String fallback, ValueParser values) {
        return "0".equals(values.text(key, fallback)) ? Duration.ZERO : values.duration(key, fallback, Duration.ZERO);
    }

    /** @param on whether the source is read, so that what its provider requires has to be there */
    private static Map<String, String> own(String key, Provider provider, boolean on, ValueParser values) {
        Map<String, String> own = new TreeMap<>();
        provider.keys().forEach((one, fallback) -> {
            boolean required = fallback.equals(Provider.REQUIRED);
            String value = values.text(key + one, required ? "" : fallback);
            if (required && on && value.isEmpty()) {
                values.missing(key + one, "provider " + provider.name() + " cannot be asked without it");
            }
            if (!value.isEmpty() && provider.headers().containsValue(one) && !isUsableKey(value)) {
                values.problem(key + one, "it holds spaces, line breaks or other characters that no header may carry");
            }
            own.put(one, value);
        });
        own.put("logs", Boolean.toString(values.flag(key + "logs", false)));
        return own;
    }

    private Provider provider(String key, String name, ValueParser values) {
        List<String> names = providers.names();
        if (!names.contains(name)) {
            values.problem(key, "no such provider" + KeySuggestions.hint(name, names) + "; there are "
                    + String.join(", ", names));
            return null;
        }
        return read.computeIfAbsent(name, one -> {
            try {
                return providers.read(one);
            } catch (IOException | RuntimeException e) {
                values.problem(key, "the files of provider " + one + " cannot be read: " + e.getMessage());
                return null;
            }
        });
    }

    private String cron(String key, ZoneId zone, ValueParser values) {
        String cron = values.text(key, null);
        String problem = cron == null ? null : crons.problem(cron, zone, clock.instant());
        if (problem != null) {
            values.problem(key, problem);
        }
        return cron;
    }

    private static List<String> jobs(String key, Provider provider, ValueParser values) {
        List<String> jobs = values.list(key, "");
        if (!jobs.isEmpty() && provider.noJobAlone() != null) {
            values.problem(key, provider.noJobAlone() + ", or leave out " + key + " to watch every job that the account lists");
        }
        if (jobs.stream().anyMatch(FactParser::isDots)) {
            values.problem(key, "'.' and '..' are no job ids");
        }
        return jobs;
    }

    private static Set<String> events(String key, ValueParser values) {
        List<String> words = values.list(key, String.join(",", SourceSettings.EVENTS.keySet()));
        if (!SourceSettings.EVENTS.keySet().containsAll(words)) {
            values.problem(key, "allowed are " + String.join(", ", SourceSettings.EVENTS.keySet()) + ", several after"
                    + " commas");
        }
        return words.stream().filter(SourceSettings.EVENTS::containsKey).map(SourceSettings.EVENTS::get)
                .collect(Collectors.toUnmodifiableSet());
    }

    private static String apiKey(String key, ValueParser values) {
        String secret = values.text(key, "");
        if (QUOTED.matcher(secret).matches()) {
            values.problem(key, "it stands in quotes, which would be part of it; leave them out");
        } else if (UNEXPANDED.matcher(secret).matches()) {
            values.problem(key, "it names a variable that nobody put the value of in its place; write {{env:NAME}} for"
                    + " the environment variable NAME");
        } else if (!secret.isEmpty() && !isUsableKey(secret)) {
            values.problem(key, "it holds spaces, line breaks or other characters that no header may carry");
        }
        return secret;
    }

    /** Whether a key is there, and a header may carry it. */
    public static boolean isUsableKey(String key) {
        return HEADER_SAFE.matcher(key).matches();
    }

    private static String traces(ValueParser values) {
        String key = "bridge.traces.endpoint";
        return values.text(key, null) == null ? null : values.url(key, null);
    }

    private static KafkaSettings kafka(Map<String, String> configuration, ValueParser values) {
        Map<String, String> client = new TreeMap<>();
        configuration.forEach((key, value) -> {
            if (key.startsWith(CLIENT)) {
                client.put(key.substring(CLIENT.length()), value);
            }
        });
        String delivery = values.oneOf("bridge.kafka.delivery", "exactly-once", "exactly-once", "at-least-once");
        String mode = values.oneOf("bridge.kafka.content-mode", "structured", "structured", "binary");
        return new KafkaSettings(values.brokers("bridge.kafka.brokers", "localhost:9092"),
                values.text("bridge.kafka.topic", "finetune.events"),
                values.text("bridge.kafka.dead-letter-topic", "finetune.dead-letters"),
                values.text("bridge.kafka.state-topic", "finetune.state"), delivery.equals("exactly-once"),
                mode.equals("binary"), values.number("bridge.kafka.partitions", 0, 0, 10_000),
                values.number("bridge.kafka.replication", 0, 0, 100),
                values.text("bridge.kafka.transactional-id", "finetune-bridge"), client);
    }

    private static void refuseUnknown(Map<String, String> configuration, List<String> names, Set<String> known,
            ValueParser values) {
        for (String key : new TreeSet<>(configuration.keySet())) {
            boolean ours = key.startsWith(BRIDGE) || names.stream().anyMatch(name -> key.startsWith(name + '.'));
            if (ours && !known.contains(key) && !key.startsWith(CLIENT)) {
                values.unknown(key, KeySuggestions.hint(key, known));
            }
        }
    }

    /** Says whether a cron expression can be used. Given in from outside, because its language is the scheduler's. */
    @FunctionalInterface
    public interface CronValidator {

        /** @return what is wrong with it and what is allowed; null if it fires at some time after {@code now} */
        String problem(String cron, ZoneId zone, Instant now);
    }
}
