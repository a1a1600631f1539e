package org.finetunebridge.settings;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Values that name another place: {@code {{env:NAME}}}, {@code {{file:/run/secrets/key}}}. */
public final class PlaceholderResolver {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{[^{}]*}}");

    private PlaceholderResolver() {}

    /**
     * The configuration with what its values name in their place.
     *
     * @param resolver throws if there is no such thing
     * @throws InvalidConfigurationException if a key that is read cannot be resolved
     */
    public static Map<String, String> resolved(Map<String, String> configuration, UnaryOperator<String> resolver) {
        Map<String, String> resolved = new TreeMap<>(configuration);
        List<String> problems = new ArrayList<>();
        resolved.replaceAll((key, value) -> {
            try {
                return value.contains("{{") ? resolver.apply(value) : value;
            } catch (RuntimeException e) {
                if (isRead(key, configuration)) {
                    problems.add(key + " = " + placeholders(value)
                            + ": cannot be resolved; is what it names set, and readable?");
                }
                return value;
            }
        });
        if (!problems.isEmpty()) {
            throw new InvalidConfigurationException(problems);
        }
        return resolved;
    }

    /** Whether the key is ours, or of a section that is used. */
    private static boolean isRead(String key, Map<String, String> configuration) {
        return key.startsWith("bridge.") || Stream.of(configuration.getOrDefault("bridge.sources", "dashscope,minimax")
                .split(",")).anyMatch(name -> key.startsWith(name.strip() + '.'));
    }

    /** Only what names a value: what stands around it may be part of a secret. */
    private static String placeholders(String value) {
        return PLACEHOLDER.matcher(value).results().map(MatchResult::group).collect(Collectors.joining(" "));
    }
}
