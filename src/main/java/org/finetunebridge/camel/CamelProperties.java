package org.finetunebridge.camel;

import java.util.Map;
import java.util.Properties;
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
}
