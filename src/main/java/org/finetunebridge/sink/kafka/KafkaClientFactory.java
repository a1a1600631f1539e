package org.finetunebridge.sink.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.finetunebridge.settings.InvalidConfigurationException;
import org.finetunebridge.settings.KeySuggestions;
import org.finetunebridge.settings.Settings.KafkaSettings;
import org.finetunebridge.text.LogSanitizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the clients, of our properties with the user's laid over them, but for what the guarantee hangs on. Every wait
 * of theirs is bounded, because a page waits for them, and a stop for the page.
 */
final class KafkaClientFactory {

    /** Longest wait for one answer of the cluster: for a commit, for the fence, for the next piece of state. */
    static final Duration PATIENCE = Duration.ofSeconds(8);
    private static final Logger LOG = LoggerFactory.getLogger(KafkaClientFactory.class);
    private static final String KEY = "bridge.kafka.client.";
    private static final int REQUEST = 4000;
    private static final int ADMIN = 5000;
    private static final int SESSION = 10_000;
    private static final int LINGER = 5;

    /** What the guarantee hangs on, and where else it is set. */
    private static final Map<String, String> OURS = Map.of(
            "transactional.id", "set bridge.kafka.transactional-id instead",
            "bootstrap.servers", "set bridge.kafka.brokers instead",
            "acks", "it is always all: with less an event could be lost",
            "enable.idempotence", "it is always true: without it there is no exactly-once",
            "key.serializer", "keys are bytes",
            "value.serializer", "values are bytes");
    /** Of the producer alone, though others have a property of that name. */
    private static final Set<String> NOT_SHARED = Set.of("request.timeout.ms", "interceptor.classes");

    private final KafkaSettings settings;

    /** @throws InvalidConfigurationException if the user's properties cannot be used */
    KafkaClientFactory(KafkaSettings settings) {
        this.settings = settings;
        List<String> problems = new ArrayList<>();
        Set<String> known = new TreeSet<>(ProducerConfig.configNames());
        known.addAll(ConsumerConfig.configNames());
        known.addAll(AdminClientConfig.configNames());
        settings.client().keySet().forEach(name -> check(name, known, problems));
        if (problems.isEmpty()) {
            parse(problems);
        }
        if (!problems.isEmpty()) {
            throw new InvalidConfigurationException(problems);
        }
    }

    Producer<byte[], byte[]> producer() {
        return new KafkaProducer<>(producerProperties(), new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Closes it without waiting for what is under way: a session that is over has nothing to wait for. */
    static void end(Producer<?, ?> producer) {
        boolean interrupted = Thread.interrupted();
        try {
            producer.close(Duration.ZERO);
        } catch (KafkaException e) {
            LOG.debug("while closing: {}", e.toString());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    Consumer<byte[], byte[]> reader() {
        return new KafkaConsumer<>(readerProperties(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** A member of a group, which misses it after ten seconds unless the user's properties say otherwise. */
    Consumer<byte[], byte[]> member(String group) {
        Map<String, Object> properties = readerProperties();
        properties.putIfAbsent(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, SESSION);
        properties.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        properties.put(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, CooperativeStickyAssignor.class.getName());
        return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    Admin admin() {
        return Admin.create(adminProperties());
    }

    private Map<String, Object> producerProperties() {
        Map<String, Object> properties = common(ProducerConfig.configNames());
        properties.putAll(Map.of(ProducerConfig.MAX_BLOCK_MS_CONFIG, PATIENCE.toMillis(),
                ProducerConfig.LINGER_MS_CONFIG, LINGER, ProducerConfig.BATCH_SIZE_CONFIG, 128 * 1024));
        // Topics that are not written for a while stay known: a list of records to a topic that is not known waits for
        // each of them when the cluster is away.
        properties.put(ProducerConfig.METADATA_MAX_IDLE_CONFIG, Duration.ofDays(1).toMillis());
        if (settings.exactlyOnce()) {
            properties.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 30_000);
        }
        properties.putAll(settings.client());
        properties.putIfAbsent(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, deliveryTimeout(properties));
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        if (settings.exactlyOnce()) {
            properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
            properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, settings.transactionalId());
        }
        return properties;
    }

    private Map<String, Object> readerProperties() {
        Map<String, Object> properties = common(ConsumerConfig.configNames());
        properties.putIfAbsent(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) PATIENCE.toMillis());
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        return properties;
    }

    private Map<String, Object> adminProperties() {
        Map<String, Object> properties = common(AdminClientConfig.configNames());
        properties.putIfAbsent(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ADMIN);
        return properties;
    }

    /** For every client: the cluster, quick returns to it, and those of the user's properties that it knows. */
    private Map<String, Object> common(Set<String> names) {
        Map<String, Object> properties = new HashMap<>(Map.of("request.timeout.ms", REQUEST,
                "reconnect.backoff.max.ms", 500, "retry.backoff.max.ms", 500,
                "socket.connection.setup.timeout.ms", 2000));
        settings.client().forEach((name, value) -> {
            if (!NOT_SHARED.contains(name) && (names.contains(name) || !ProducerConfig.configNames().contains(name))) {
                properties.put(name, value);
            }
        });
        properties.put("bootstrap.servers", settings.brokers());
        return properties;
    }

    /** The client refuses a delivery that ends before its request does. */
    private static int deliveryTimeout(Map<String, Object> properties) {
        long request = Long.parseLong(properties.get(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG).toString().strip());
        long linger = Long.parseLong(properties.get(ProducerConfig.LINGER_MS_CONFIG).toString().strip());
        return (int) Math.min(Integer.MAX_VALUE, Math.max(PATIENCE.toMillis(), request + linger));
    }

    private void check(String name, Set<String> known, List<String> problems) {
        boolean ours = OURS.containsKey(name) && (settings.exactlyOnce() || !name.equals("enable.idempotence"));
        if (ours) {
            problems.add(KEY + name + ": not to be set; " + OURS.get(name));
        } else if (!known.contains(name) && !KeySuggestions.hint(name, known).isEmpty()) {
            problems.add(KEY + name + ": Kafka has no such property" + KeySuggestions.hint(name, known));
        }
    }

    private void parse(List<String> problems) {
        try {
            var config = new ProducerConfig(parsable());
            if (config.getString("security.protocol").endsWith("SSL") && config.getClass("ssl.engine.factory.class") == null) {
                requireStores(config, problems);
            }
        } catch (ConfigException e) {
            // Kafka shows no passwords in it.
            String name = settings.client().keySet().stream().filter(e.getMessage()::contains).findFirst().orElse("*");
            problems.add(KEY + name + ": " + e.getMessage());
        } catch (NumberFormatException e) {
            problems.add(KEY + "*: request.timeout.ms and linger.ms are whole numbers of milliseconds, such as 4000");
        }
    }

    /** Kafka reads them only when it connects, and takes one that it cannot read for a cluster that is away. */
    private static void requireStores(ProducerConfig config, List<String> problems) {
        try (var stores = new DefaultSslEngineFactory()) {
            stores.configure(config.values());
        } catch (KafkaException e) {
            // Its message calls both a key store.
            String trusted = config.getString("ssl.truststore.location");
            problems.add(KEY + (trusted != null && String.valueOf(e.getMessage()).contains(trusted) ? "ssl.truststore" : "ssl.keystore") + ".*: " + e.getMessage()
                    + (e.getCause() == null ? "" : " (" + LogSanitizer.line(String.valueOf(e.getCause().getMessage())) + ')'));
        }
    }

    private Map<String, Object> parsable() {
        Map<String, Object> properties = producerProperties();
        properties.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        properties.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        return properties;
    }
}
