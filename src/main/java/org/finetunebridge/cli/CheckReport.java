package org.finetunebridge.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.finetunebridge.settings.Settings;

/**
 * What a check found.
 *
 * @param configuration every key that is set, secrets masked
 * @param settings      the same, understood
 * @param answers       one for each source that is on
 */
record CheckReport(Map<String, String> configuration, Settings settings, List<SourceProbe> answers) {

    private static final Pattern SECRET = Pattern.compile("(?i).*(api-key|password|secret|token|jaas|credential).*"
            + "|bridge\\.kafka\\.client\\..*");

    static Map<String, String> masked(Map<String, String> configuration) {
        Map<String, String> masked = new TreeMap<>();
        configuration.forEach((key, value) -> {
            if (!value.isBlank()) {
                masked.put(key, SECRET.matcher(key).matches() ? "***" : value);
            }
        });
        return masked;
    }

    /** What nothing is wrong with, but what somebody may have forgotten. */
    List<String> missing() {
        List<String> missing = new ArrayList<>();
        settings.off().forEach(name -> missing.add(name + ".api-key is not set (nor " + environment(name)
                + "): this source is off"));
        if (settings.sink().equals("file")) {
            directories().forEach((key, directory) -> {
                if (!isWritable(directory)) {
                    missing.add(key + " = " + directory + ": cannot be written by this user");
                }
            });
        }
        return missing;
    }

    /** Where it goes, each place by its key without {@code bridge.}. */
    Map<String, String> sink() {
        Map<String, String> sink = new LinkedHashMap<>();
        if (settings.sink().equals("file")) {
            directories().forEach((key, path) -> sink.put(key.substring("bridge.".length()), path.toString()));
        } else {
            sink.put("kafka.brokers", settings.kafka().brokers());
            sink.put("kafka.topic", settings.kafka().topic());
            sink.put("kafka.dead-letter-topic", settings.kafka().deadLetterTopic());
            sink.put("kafka.state-topic", settings.kafka().stateTopic());
            sink.put("kafka.delivery", settings.kafka().exactlyOnce() ? "exactly-once" : "at-least-once");
        }
        return sink;
    }

    int exit() {
        return answers.stream().allMatch(SourceProbe::isGood) ? 0 : BridgeCommand.FAILED;
    }

    private Map<String, Path> directories() {
        Map<String, Path> directories = new LinkedHashMap<>();
        directories.put("bridge.file.directory", settings.events());
        directories.put("bridge.dead-letter.directory", settings.deadLetters());
        directories.put("bridge.state.directory", settings.state());
        return directories;
    }

    /** Whether it could be made, if it is not there: nothing is written to find out. */
    private static boolean isWritable(Path directory) {
        Path there = directory.toAbsolutePath();
        while (there.getParent() != null && !Files.exists(there)) {
            there = there.getParent();
        }
        return Files.isDirectory(there) && Files.isWritable(there);
    }

    private static String environment(String name) {
        return (name + ".api-key").toUpperCase(Locale.ROOT).replaceAll("[.-]", "_");
    }
}
