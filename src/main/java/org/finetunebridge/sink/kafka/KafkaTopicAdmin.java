package org.finetunebridge.sink.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.finetunebridge.settings.InvalidConfigurationException;
import org.finetunebridge.settings.Settings.KafkaSettings;
import org.finetunebridge.sink.SinkUnavailableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The three topics: created where missing, and the one of the state compacted. */
final class KafkaTopicAdmin {

    private static final Logger LOG = LoggerFactory.getLogger(KafkaTopicAdmin.class);

    /** One partition, since one reader reads all of it; compacted early, since a start waits for that. */
    private static final Map<String, String> STATE = Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, "compact",
            TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG, "0.1",
            TopicConfig.SEGMENT_BYTES_CONFIG, Integer.toString(32 * 1024 * 1024),
            TopicConfig.SEGMENT_MS_CONFIG, Long.toString(Duration.ofHours(6).toMillis()));

    private final KafkaSettings settings;
    private final KafkaClientFactory clients;

    KafkaTopicAdmin(KafkaSettings settings, KafkaClientFactory clients) {
        this.settings = settings;
        this.clients = clients;
    }

    /** Makes sure of the topics. */
    void prepare() throws ExecutionException, InterruptedException {
        prepare(false);
    }

    /** Asks whether {@link #prepare} would succeed, without creating anything. */
    void inspect() throws ExecutionException, InterruptedException {
        prepare(true);
    }

    private void prepare(boolean dry) throws ExecutionException, InterruptedException {
        Admin admin = clients.admin();
        try {
            List<NewTopic> missing = missing(admin);
            if (!missing.isEmpty()) {
                create(admin.createTopics(missing, new CreateTopicsOptions().validateOnly(dry)), dry);
            }
            if (missing.stream().noneMatch(topic -> topic.name().equals(settings.stateTopic()))) {
                requireCompacted(admin);
            }
        } finally {
            admin.close(Duration.ZERO);
        }
    }

    private List<NewTopic> missing(Admin admin) throws ExecutionException, InterruptedException {
        Collection<NewTopic> wanted = wanted();
        Map<String, KafkaFuture<TopicDescription>> known =
                admin.describeTopics(wanted.stream().map(NewTopic::name).toList()).topicNameValues();
        var missing = new ArrayList<NewTopic>();
        for (NewTopic topic : wanted) {
            try {
                known.get(topic.name()).get();
            } catch (ExecutionException e) {
                if (e.getCause() instanceof InvalidTopicException) {
                    throw invalid(topic.name(), e);
                } else if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                    throw e;
                }
                missing.add(topic);
            }
        }
        return missing;
    }

    private Collection<NewTopic> wanted() {
        Optional<Integer> partitions = Optional.of(settings.partitions()).filter(number -> number > 0);
        Optional<Short> replication = Optional.of((short) settings.replication()).filter(number -> number > 0);
        return List.of(new NewTopic(settings.topic(), partitions, replication),
                new NewTopic(settings.deadLetterTopic(), partitions, replication),
                new NewTopic(settings.stateTopic(), Optional.of(1), replication).configs(STATE));
    }

    private static void create(CreateTopicsResult result, boolean dry) throws InterruptedException {
        for (var topic : result.values().entrySet()) {
            try {
                topic.getValue().get();
                LOG.info(dry ? "The topic {} would be created" : "Created the topic {}", topic.getKey());
            } catch (ExecutionException e) {
                if (e.getCause() instanceof InvalidTopicException) {
                    throw invalid(topic.getKey(), e);
                } else if (!(e.getCause() instanceof TopicExistsException)) {
                    throw new SinkUnavailableException("the topic " + topic.getKey()
                            + " does not exist and cannot be created (" + e.getCause().getMessage()
                            + "); create it, or see bridge.kafka.replication and bridge.kafka.partitions", e);
                }
            }
        }
    }

    private void requireCompacted(Admin admin) throws ExecutionException, InterruptedException {
        var topic = new ConfigResource(ConfigResource.Type.TOPIC, settings.stateTopic());
        try {
            String policy = admin.describeConfigs(List.of(topic)).all().get().get(topic)
                    .get(TopicConfig.CLEANUP_POLICY_CONFIG).value();
            if (Arrays.stream(policy.split(",")).anyMatch(word -> !word.strip().equals("compact"))) {
                throw uncompacted(policy);
            }
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof AuthorizationException)) {
                throw e;
            }
            LOG.warn("Not allowed to see whether the topic {} is compacted: make sure that its cleanup.policy is"
                    + " compact, or what is remembered is lost with time", settings.stateTopic());
        }
    }

    private SinkUnavailableException uncompacted(String policy) {
        String problem = "bridge.kafka.state-topic = " + settings.stateTopic() + ": this topic exists with"
                + " cleanup.policy=" + policy + ", which would lose the state with time; set its cleanup.policy"
                + " to compact, or name another topic";
        return new SinkUnavailableException(problem, new InvalidConfigurationException(List.of(problem)));
    }

    private static SinkUnavailableException invalid(String topic, Exception e) {
        String problem = "bridge.kafka.*topic = " + topic + ": no name for a topic: " + e.getCause().getMessage();
        return new SinkUnavailableException(problem, new InvalidConfigurationException(List.of(problem)));
    }
}
