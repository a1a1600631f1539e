package org.finetunebridge.settings;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.finetunebridge.text.LogSanitizer;

/**
 * Values that name another place: {@code {{env:NAME}}}, {@code {{file:/run/secrets/key}}}, a vault's, another key. What
 * stands there is taken literally: braces in a secret name nothing.
 */
public final class PlaceholderResolver {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{([^{}]+)}}");
    private static final int DEEPEST = 8;

    private final Map<String, String> configuration;
    private final UnaryOperator<String> functions;

    private PlaceholderResolver(Map<String, String> configuration, UnaryOperator<String> functions) {
        this.configuration = configuration;
        this.functions = functions;
    }

    /**
     * The configuration with what its values name in their place.
     *
     * @param functions gives the value of {@code function:argument}; null if there is no such function; throws if it
     *                  has no such value
     * @throws InvalidConfigurationException if a key that is read cannot be resolved, or names a secret that is empty
     */
    public static Map<String, String> resolved(Map<String, String> configuration, UnaryOperator<String> functions) {
        var resolver = new PlaceholderResolver(configuration, functions);
        Map<String, String> resolved = new TreeMap<>(configuration);
        List<String> problems = new ArrayList<>();
        resolved.replaceAll((key, value) -> {
            String problem;
            try {
                String found = resolver.value(key, value, 0);
                if (!found.isBlank() || value.isBlank() || !SecretMask.isSecret(key)) {
                    return found;
                }
                problem = "what it names is empty";
            } catch (RuntimeException e) {
                // Files and variables say no more than that; a vault does, and never the secret.
                problem = "cannot be resolved; is what it names set, and readable?" + (e instanceof IllegalArgumentException ? ""
                        : " (" + LogSanitizer.line(String.valueOf(e.getMessage())) + ')');
            }
            if (resolver.isRead(key)) {
                problems.add(key + " = " + placeholders(value) + ": " + problem);
            }
            return value;
        });
        if (!problems.isEmpty()) {
            throw new InvalidConfigurationException(problems);
        }
        return resolved;
    }

    /**
     * The value of one key, read anew.
     *
     * @throws RuntimeException if what it names cannot be read
     */
    public static String resolved(String key, Map<String, String> configuration, UnaryOperator<String> functions) {
        return new PlaceholderResolver(configuration, functions).value(key, configuration.getOrDefault(key, ""), 0);
    }

    private String value(String key, String text, int depth) {
        if (depth > DEEPEST) {
            throw new IllegalArgumentException("the keys name each other");
        }
        // Once over the text, never over what was put into it.
        return PLACEHOLDER.matcher(text).replaceAll(found -> Matcher.quoteReplacement(one(key, text, found, depth)));
    }

    private String one(String key, String text, MatchResult found, int depth) {
        String named = found.group(1).strip();
        String value = functions.apply(named);
        if (value != null) {
            return value;
        }
        String[] other = named.split(":", 2);
        if (configuration.containsKey(other[0])) {
            return value(key, configuration.get(other[0]), depth + 1);
        } else if (!SecretMask.isSecret(key) && other.length > 1) {
            return other[1];
        } else if (SecretMask.isSecret(key) && found.group().length() < text.length()) {
            // A secret may hold braces; one that is nothing else is meant to name something.
            return found.group();
        }
        throw new IllegalArgumentException("no such key");
    }

    /** Whether the key is ours, or of a section that is used. */
    private boolean isRead(String key) {
        return key.startsWith("bridge.") || Stream.of(configuration.getOrDefault("bridge.sources", "dashscope,minimax")
                .split(",")).anyMatch(name -> key.startsWith(name.strip() + '.'));
    }

    /** Only what names a value: what stands around it may be part of a secret. */
    private static String placeholders(String value) {
        return PLACEHOLDER.matcher(value).results().map(MatchResult::group).collect(Collectors.joining(" "));
    }
}
