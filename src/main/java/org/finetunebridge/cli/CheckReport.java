package org.finetunebridge.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.finetunebridge.camel.ConnectionChecker;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.provider.JsltMapper;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.settings.EnvironmentHints;
import org.finetunebridge.settings.SecretMask;
import org.finetunebridge.settings.Settings;
import org.finetunebridge.settings.SettingsReader;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.sink.Batch;

/**
 * What a check found.
 *
 * @param configuration every key that is set, secrets masked
 * @param settings      the same, understood
 * @param sinkProblems  what keeps the sink from being written, one line each; empty if nothing does
 * @param probes        one for each source that is on
 * @param hints         what somebody may have overlooked, one line each
 */
record CheckReport(Map<String, String> configuration, Settings settings, List<String> sinkProblems, List<Probe> probes,
        List<String> hints) {

    /**
     * What a source answered when it was asked once.
     *
     * @param took    from the question to what would be published
     * @param batch   what would be published; null if it did not answer as it should
     * @param failure why it did not; null if it did
     */
    record Probe(SourceSettings source, Duration took, Batch batch, ProviderException failure) {

        static Probe of(SourceSettings source, CamelContext context) {
            long began = System.nanoTime();
            Batch batch = null;
            ProviderException failure = null;
            try {
                batch = new ConnectionChecker(source, context).read();
            } catch (ProviderException e) {
                failure = e;
            } catch (JsltMapper.WrongShapeException e) {
                failure = ProviderException.of(ErrorAction.ODD, e.getMessage(), null);
            }
            return new Probe(source, Duration.ofNanos(System.nanoTime() - began), batch, failure);
        }

        boolean answers() {
            return failure == null;
        }

        int deadLetters() {
            return batch == null ? 0 : batch.deadLetters().size();
        }
    }

    static Map<String, String> masked(Map<String, String> configuration) {
        Map<String, String> masked = new TreeMap<>();
        configuration.forEach((key, value) -> {
            if (!value.isBlank()) {
                masked.put(key, SecretMask.masked(key, value));
            }
        });
        return masked;
    }

    int exit() {
        boolean good = sinkProblems.isEmpty()
                && probes.stream().allMatch(probe -> probe.answers() && probe.deadLetters() == 0);
        return good ? 0 : BridgeCommand.FAILED;
    }

    /** What somebody may have forgotten, though much of it is allowed. */
    List<String> missing() {
        List<String> missing = new ArrayList<>();
        settings.off().forEach(name -> missing.add(name + ".api-key is not set (nor "
                + EnvironmentHints.variable(name + ".api-key") + "): this source is off"));
        Stream.of(hints, SettingsReader.warnings(settings), sinkProblems).forEach(missing::addAll);
        return missing;
    }

    /** Where it goes, each place by its key without {@code bridge.}. */
    Map<String, String> places() {
        Map<String, String> places = new LinkedHashMap<>();
        if (settings.sink().equals("file")) {
            directories(settings).forEach((key, path) ->
                    places.put(key.substring("bridge.".length()), path.toString()));
        } else {
            places.put("kafka.brokers", settings.kafka().brokers());
            places.put("kafka.topic", settings.kafka().topic());
            places.put("kafka.dead-letter-topic", settings.kafka().deadLetterTopic());
            places.put("kafka.state-topic", settings.kafka().stateTopic());
            places.put("kafka.delivery", settings.kafka().exactlyOnce() ? "exactly-once" : "at-least-once");
        }
        return places;
    }

    static Map<String, Path> directories(Settings settings) {
        Map<String, Path> directories = new LinkedHashMap<>();
        directories.put("bridge.file.directory", settings.events());
        directories.put("bridge.dead-letter.directory", settings.deadLetters());
        directories.put("bridge.state.directory", settings.state());
        return directories;
    }
}
