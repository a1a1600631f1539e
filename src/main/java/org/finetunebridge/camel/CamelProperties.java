package org.finetunebridge.camel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.apache.camel.spi.PropertiesFunction;
import org.finetunebridge.settings.SecretMask;

/** The properties that Camel gets: those of the configuration, and some that are fixed. */
final class CamelProperties {

    private CamelProperties() {}

    /** Everything but secrets, which Camel would show over JMX. */
    static Properties of(Map<String, String> configuration, boolean once) {
        var properties = new Properties();
        configuration.forEach((key, value) -> {
            if (key.startsWith("camel.") || !SecretMask.isSecret(key)) {
                properties.setProperty(key, value);
            }
        });
        properties.putIfAbsent("bridge.sink", "file");
        properties.putIfAbsent("bridge.kafka.delivery", "exactly-once");
        // A service manager waits ten seconds.
        properties.putIfAbsent("camel.main.shutdownTimeout", "8");
        if (once) {
            // Nobody looks at what is over in a moment, and its MBeans take a good part of the start.
            properties.putIfAbsent("camel.main.jmxEnabled", "false");
        }
        return properties;
    }

    /** {@code {{file:/run/secrets/key}}}: the content of a file, as secrets are mounted; without white space at its end, or a mark of its byte order. */
    public static final class FilePropertiesFunction implements PropertiesFunction {

        @Override
        public String getName() {
            return "file";
        }

        @Override
        public String apply(String path) {
            try {
                String text = Files.readString(Path.of(path.strip()), StandardCharsets.UTF_8);
                return (text.startsWith("\ufeff") ? text.substring(1) : text).stripTrailing();
            } catch (IOException | InvalidPathException e) {
                throw new IllegalArgumentException("cannot read the file " + path, e);
            }
        }
    }
}
