package org.finetunebridge.settings;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Environment variables that somebody seems to have set for the bridge, but that set nothing. */
public final class EnvironmentHints {

    private static final String KEY = "_API_KEY";
    private static final int MOST_WRONG_LETTERS = 2;
    /** Of shorter names two letters are too much of the whole. */
    private static final int SHORTEST = 10;

    private EnvironmentHints() {}

    /** The environment variable that sets a key. */
    public static String variable(String key) {
        return key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    /**
     * One line for each such variable: its name, and what to do. Never its value.
     *
     * @param environment   names to values
     * @param configuration every key that is set
     * @param providers     the names of all that there are
     */
    public static List<String> of(Map<String, String> environment, Map<String, String> configuration,
            List<String> providers) {
        String sources = configuration.getOrDefault("bridge.sources", "dashscope,minimax");
        Set<String> names = new LinkedHashSet<>(Arrays.stream(sources.split(",")).map(String::strip).toList());
        Set<String> used = new TreeSet<>();
        SettingsReader.BRIDGE_KEYS.forEach(key -> used.add(variable(key)));
        names.forEach(name -> SettingsReader.SOURCE_KEYS.forEach(key -> used.add(variable(name + '.' + key))));
        Map<String, String> others = new TreeMap<>();
        providers.stream().filter(name -> !used.contains(variable(name) + KEY))
                .forEach(name -> others.put(variable(name) + KEY, name));
        List<String> hints = new ArrayList<>();
        for (String name : names) {
            String variable = variable(name) + KEY;
            boolean off = configuration.getOrDefault(name + ".api-key", "").isBlank();
            if (off && environment.containsKey(variable) && environment.get(variable).isBlank()) {
                hints.add(variable + " is set, but empty, and wins over a key in a file: unset it, or give it the key");
            }
        }
        new TreeMap<>(environment).forEach((variable, value) -> {
            if (value.isBlank() || used.contains(variable)) {
                return;
            }
            String provider = others.get(variable);
            if (provider != null) {
                hints.add(variable + " is set, but bridge.sources does not name " + provider + ": set bridge.sources = "
                        + sources + ',' + provider + ", or BRIDGE_SOURCES=" + provider + " in the environment");
                return;
            }
            String meant = meant(variable, used, others.keySet());
            if (meant != null && !environment.containsKey(meant)) {
                hints.add(variable + " is set, but no key has that name; did you mean " + meant + "?");
            }
        });
        return hints;
    }

    private static String meant(String variable, Set<String> used, Set<String> others) {
        String upper = variable.toUpperCase(Locale.ROOT);
        String nearest = null;
        int least = upper.length() < SHORTEST ? 1 : MOST_WRONG_LETTERS + 1;
        for (Set<String> known : List.of(used, others)) {
            for (String one : known) {
                // With a thousand accounts there are tens of thousands of names: most differ too much in length alone.
                if (Math.abs(upper.length() - one.length()) >= least) {
                    continue;
                }
                int distance = KeySuggestions.distance(upper, one);
                if (distance < least) {
                    least = distance;
                    nearest = one;
                }
            }
        }
        return nearest;
    }
}
