package org.finetunebridge.settings;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.finetunebridge.event.FactParser;

/**
 * The configuration, read and checked.
 *
 * @param sources         those that are on
 * @param off             names of the sections without an api key or what brings a token
 * @param sink            {@code file} or {@code kafka}, or another where the runtime gives one
 * @param events          directory of the event files
 * @param deadLetters     directory of the dead letters of the file sink
 * @param state           directory of the file sink's state
 * @param kafka           the Kafka sink's settings
 * @param maxResponseSize bytes; a larger answer is refused
 * @param httpHost        where health, metrics and the page listen
 * @param httpPort        0 for off
 * @param showPayloads    whether the page shows payloads of dead letters even off the loopback
 * @param traces          where traces are sent; null for nowhere
 * @param standby         whether this instance waits while another one has the state
 */
public record Settings(List<SourceSettings> sources, List<String> off, String sink, Path events, Path deadLetters,
        Path state, KafkaSettings kafka, long maxResponseSize, String httpHost, int httpPort,
        boolean showPayloads, String traces, boolean standby) {

    /** Whether attributes of events travel as headers; files hold them whole. */
    public boolean binary() {
        return !sink.equals("file") && kafka.binary();
    }

    /**
     * One job of one source, whatever else is configured of which jobs are read, when, and of which traces are sent. The
     * source's {@code period} counts, not its {@code cron}: somebody waits.
     *
     * @throws InvalidConfigurationException if the source is not configured or has no key, or this is no job id, or its
     *         provider shows no job alone
     */
    public Settings only(String source, String job) {
        if (job.isBlank() || FactParser.isDots(job)) {
            throw new InvalidConfigurationException(List.of("JOB: '" + job.strip() + "' is no job id"));
        }
        List<String> names = Stream.concat(sources.stream().map(SourceSettings::name), off.stream()).toList();
        SourceSettings found = sources.stream().filter(one -> one.name().equals(source)).findFirst().orElseThrow(() ->
                new InvalidConfigurationException(List.of(off.contains(source)
                        ? source + " is off: " + source + ".api-key is not set"
                        : "SOURCE: there is no source " + SecretMask.shown("", source) + KeySuggestions.hint(source, names)
                                + "; bridge.sources has " + String.join(", ", names))));
        if (found.provider().noJobAlone() != null) {
            throw new InvalidConfigurationException(List.of("SOURCE: " + found.provider().noJobAlone()));
        }
        return new Settings(List.of(found.only(job)), List.of(), sink, events, deadLetters, state, kafka.structured(),
                maxResponseSize, httpHost, httpPort, showPayloads, null, false);
    }

    /**
     * The Kafka sink.
     *
     * @param brokers         host:port, comma-separated
     * @param topic           of the events
     * @param deadLetterTopic of the dead letters
     * @param stateTopic      of the state; compacted
     * @param exactlyOnce     events and state in one transaction
     * @param binary          CloudEvents attributes as headers
     * @param partitions      of topics to be created; 0 for the broker's default
     * @param replication     of topics to be created; 0 for the broker's default
     * @param transactionalId one per running instance
     * @param client          any further properties of the producer
     */
    public record KafkaSettings(String brokers, String topic, String deadLetterTopic, String stateTopic,
            boolean exactlyOnce, boolean binary, int partitions, int replication, String transactionalId,
            Map<String, String> client) {

        private KafkaSettings structured() {
            return new KafkaSettings(brokers, topic, deadLetterTopic, stateTopic, exactlyOnce, false, partitions, replication,
                    transactionalId, client);
        }
    }
}
