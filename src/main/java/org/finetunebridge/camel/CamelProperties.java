package org.finetunebridge.camel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.UnaryOperator;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.PropertiesFunction;
import org.apache.camel.support.PropertyBindingSupport;
import org.apache.camel.vault.VaultConfiguration;
import org.finetunebridge.settings.InvalidConfigurationException;
import org.finetunebridge.settings.PlaceholderResolver;
import org.finetunebridge.settings.SecretMask;

/** The properties that Camel gets: those of the configuration, and some that are fixed. */
final class CamelProperties {

    private static final String VAULT = "camel.vault.";

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

    /**
     * Hands a vault's own keys on before anything is looked up in it. Camel does so only later, when keys are long read.
     *
     * @param functions what their values may name, such as a file with the vault's token
     */
    static void vaults(Map<String, String> configuration, UnaryOperator<String> functions, CamelContext context) {
        configuration.keySet().stream().filter(key -> key.startsWith(VAULT)).forEach(key -> {
            String[] name = key.substring(VAULT.length()).split("\\.", 2);
            Object vault = name.length < 2 ? null : vault(name[0], context.getVaultConfiguration());
            if (vault != null) {
                // A key that there is not is refused by Camel, with all others.
                PropertyBindingSupport.build().withCamelContext(context).withIgnoreCase(true).withPlaceholder(false).withTarget(vault)
                        .withProperty(name[1], value(key, configuration, functions)).bind();
            }
        });
    }

    private static String value(String key, Map<String, String> configuration, UnaryOperator<String> functions) {
        try {
            return PlaceholderResolver.resolved(key, configuration, functions);
        } catch (RuntimeException e) {
            throw new InvalidConfigurationException(List.of(key + ": cannot be resolved; is what it names set, and readable?"));
        }
    }

    /** What there is to be said of one kind of vault; null if Camel knows no such kind. */
    private static Object vault(String kind, VaultConfiguration all) {
        try {
            return VaultConfiguration.class.getMethod(kind).invoke(all);
        } catch (ReflectiveOperationException e) {
            return null;
        }
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
