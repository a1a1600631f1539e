package org.finetunebridge.camel;

import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import org.finetunebridge.provider.RouteFiles;
import org.finetunebridge.settings.InvalidConfigurationException;
import org.finetunebridge.settings.SecretMask;

/** The properties that Camel gets: those of the configuration, and some that are fixed. */
final class CamelProperties {

    private CamelProperties() {}

    /** Everything but secrets, which Camel would show over JMX. */
    static Properties of(Map<String, String> configuration, boolean once, RouteFiles files) {
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
        properties.setProperty("camel.main.routesIncludePattern", routes(files));
        return properties;
    }

    private static String routes(RouteFiles files) {
        List<String> names = files.endingWith(".camel.yaml");
        if (names.isEmpty()) {
            throw new InvalidConfigurationException(List.of("there are no routes: routes/*.camel.yaml is neither here nor in the jar"));
        }
        return names.stream().map(files::location).collect(Collectors.joining(","));
    }
}
