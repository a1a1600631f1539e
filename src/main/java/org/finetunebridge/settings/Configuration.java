package org.finetunebridge.settings;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Every key that is set, and from where: the packed file, the file of the working directory or the one named, the
 * environment, system properties, the command line. The later wins.
 */
public final class Configuration {

    /** The file's name, packed and in the working directory. */
    public static final String FILE = "application.properties";

    private static final String CLIENT = "BRIDGE_KAFKA_CLIENT_";
    /** What Java's own system properties begin with. */
    private static final Set<String> JAVA = Set.of("java", "jdk", "sun", "os", "user", "file", "path", "line", "native",
            "stdout", "stderr");

    private final Map<String, String> values = new TreeMap<>();

    /** Adds the packed file. */
    public Configuration packed(ClassLoader loader) throws IOException {
        try (InputStream in = loader.getResourceAsStream(FILE)) {
            if (in != null) {
                add(text(FILE, in.readAllBytes()));
            }
        }
        return this;
    }

    /**
     * Adds a file.
     *
     * @throws InvalidConfigurationException if it is not UTF-8
     */
    public Configuration file(Path path) throws IOException {
        add(text(path.toString(), Files.readAllBytes(path)));
        return this;
    }

    /** Editors of some systems begin a file with a byte order mark, which is no part of the first key. */
    private static String text(String name, byte[] bytes) {
        var in = ByteBuffer.wrap(bytes);
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(in).toString();
            if (text.indexOf('\0') < 0) {
                return text.startsWith("\ufeff") ? text.substring(1) : text;
            }
        } catch (CharacterCodingException e) {
            // said below
        }
        boolean wide = IntStream.range(0, Math.min(bytes.length, 1000)).anyMatch(at -> bytes[at] == 0);
        long line = 1 + IntStream.range(0, in.position()).filter(at -> bytes[at] == '\n').count();
        throw new InvalidConfigurationException(List.of(name + " is not UTF-8, but " + (wide ? "UTF-16"
                : "perhaps Latin-1 (line " + line + " holds a character that UTF-8 writes otherwise)")
                + "; save it as UTF-8"));
    }

    /**
     * Adds environment variables and system properties. {@code DASHSCOPE_API_KEY} is {@code dashscope.api-key}: a
     * variable counts if a key that can be set, in upper case with underscores, is its name. Of the system properties
     * all that look like ours count, so that a misspelled one is refused.
     *
     * @param ownKeys keys that providers add to a source's
     */
    public Configuration surroundings(Map<String, String> environment, Properties system, Collection<String> ownKeys) {
        Set<String> names = names(environment, system);
        for (String key : settable(names, ownKeys)) {
            String value = environment.get(EnvironmentHints.variable(key));
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
        names.removeAll(JAVA);
        system.stringPropertyNames().stream().filter(key -> key.startsWith("bridge.")
                || key.indexOf('.') > 0 && names.contains(key.substring(0, key.indexOf('.'))))
                .forEach(key -> values.put(key, system.getProperty(key)));
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

    /** The sections that any layer names. */
    private Set<String> names(Map<String, String> environment, Properties system) {
        return Stream.of(environment.getOrDefault("BRIDGE_SOURCES", ""), system.getProperty("bridge.sources", ""),
                values.getOrDefault("bridge.sources", "dashscope,minimax"))
                .flatMap(listed -> Arrays.stream(listed.split(","))).map(String::strip)
                .filter(name -> !name.isEmpty()).collect(Collectors.toSet());
    }

    private static List<String> settable(Set<String> names, Collection<String> ownKeys) {
        List<String> keys = new ArrayList<>(SettingsReader.BRIDGE_KEYS);
        for (String name : names) {
            SettingsReader.SOURCE_KEYS.forEach(key -> keys.add(name + '.' + key));
            ownKeys.forEach(key -> keys.add(name + '.' + key));
        }
        return keys;
    }

    private void add(String text) throws IOException {
        var properties = new Properties();
        try {
            properties.load(new StringReader(text));
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
        properties.stringPropertyNames().forEach(key -> values.put(key, properties.getProperty(key)));
    }
}
