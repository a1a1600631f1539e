package org.finetunebridge.settings;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * Every key that is set, and from where: the packed file, the file of the working directory or the one named, the
 * environment, system properties, the command line. The later wins.
 */
public final class Configuration {

    /** The file's name, packed and in the working directory. */
    public static final String FILE = "application.properties";

    private static final String CLIENT = "BRIDGE_KAFKA_CLIENT_";

    private final Map<String, String> values = new TreeMap<>();

    /** Adds the packed file. */
    public Configuration packed(ClassLoader loader) throws IOException {
        try (InputStream in = loader.getResourceAsStream(FILE)) {
            if (in != null) {
                add(new InputStreamReader(in, StandardCharsets.UTF_8));
            }
        }
        return this;
    }

    /** Adds a file. */
    public Configuration file(Path path) throws IOException {
        try (Reader in = Files.newBufferedReader(path, StandardCharsets.UTF_8)) {
            add(in);
        }
        return this;
    }

    /**
     * Adds environment variables and system properties. {@code DASHSCOPE_API_KEY} is {@code dashscope.api-key}: a
     * variable counts if a key that can be set, in upper case with underscores, is its name.
     *
     * @param ownKeys keys that providers add to a source's
     */
    public Configuration surroundings(Map<String, String> environment, Properties system, Collection<String> ownKeys) {
        for (String key : settable(environment, ownKeys)) {
            String variable = environment.get(key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_'));
            String value = system.getProperty(key, variable);
            if (value != null) {
                values.put(key, value);
            }
        }
        environment.forEach((variable, value) -> {
            if (variable.startsWith(CLIENT)) {
                String property = variable.substring(CLIENT.length()).toLowerCase(Locale.ROOT).replace('_', '.');
                values.put("bridge.kafka.client." + property, value);
            }
        });
        return this;
    }

    /** Adds single values. */
    public Configuration with(Map<String, String> more) {
        values.putAll(more);
        return this;
    }

    /** Key to value. */
    public Map<String, String> values() {
        return values;
    }

    private List<String> settable(Map<String, String> environment, Collection<String> ownKeys) {
        String listed = environment.getOrDefault("BRIDGE_SOURCES",
                values.getOrDefault("bridge.sources", "dashscope,minimax"));
        List<String> keys = new ArrayList<>(SettingsReader.BRIDGE_KEYS);
        for (String name : listed.strip().split("\\s*,\\s*")) {
            SettingsReader.SOURCE_KEYS.forEach(key -> keys.add(name + '.' + key));
            ownKeys.forEach(key -> keys.add(name + '.' + key));
        }
        return keys;
    }

    private void add(Reader in) throws IOException {
        var properties = new Properties();
        try {
            properties.load(in);
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
        properties.stringPropertyNames().forEach(key -> values.put(key, properties.getProperty(key)));
    }
}
