package org.finetunebridge.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.provider.ProviderRegistry;
import org.finetunebridge.provider.RouteFiles;
import org.finetunebridge.settings.Configuration;
import org.finetunebridge.settings.InvalidConfigurationException;
import org.finetunebridge.text.LogSanitizer;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Where the configuration comes from: the same for every verb, before it or after it. */
public final class ConfigurationOptions {

    private static final Path ROUTES = Path.of("routes");

    @Option(names = "--config", paramLabel = "FILE", scope = ScopeType.INHERIT,
            description = "Read this file instead of application.properties in the working directory.")
    private Path file;

    private final Map<String, String> single = new TreeMap<>();

    /** A method, since picocli begins anew with a field when a verb comes between two of these. */
    @Option(names = "-D", paramLabel = "key=value", mapFallbackValue = "true", scope = ScopeType.INHERIT,
            description = "Set one key; wins over files and environment.")
    private void set(Map<String, String> some) {
        if (some != null) {
            single.putAll(some);
        }
    }

    /** Every key that is set, later ones over earlier ones. */
    Configuration configuration() throws IOException {
        var configuration = new Configuration().packed(Bridge.class.getClassLoader());
        Path local = file == null ? Path.of(Configuration.FILE) : file;
        try {
            if (file != null || Files.exists(local)) {
                configuration.file(local);
            }
        } catch (IOException e) {
            throw new InvalidConfigurationException(List.of("--config " + local + ": cannot be read: " + e.getMessage()));
        }
        return configuration;
    }

    /** Routes and mappings: packed, of the user's own providers, and of the working directory. */
    RouteFiles files(Map<String, String> configuration) throws IOException {
        List<Path> folders = new ArrayList<>();
        String directory = configuration.getOrDefault("bridge.providers.directory", "");
        if (!directory.isBlank()) {
            if (!Files.isDirectory(Path.of(directory))) {
                throw new InvalidConfigurationException(List.of("bridge.providers.directory = " + directory + ": no such folder"));
            }
            folders.add(Path.of(directory));
        }
        folders.add(ROUTES);
        return new RouteFiles(Bridge.class.getClassLoader(), RouteFiles.packed(), folders);
    }

    private static Set<String> ownKeys(RouteFiles files) {
        try {
            return new ProviderRegistry(files).keys();
        } catch (IOException e) {
            throw new InvalidConfigurationException(List.of(LogSanitizer.line(e.getMessage())));
        }
    }

    /** A bridge that is not started. */
    Bridge bridge(boolean once, Map<String, String> more) throws IOException {
        Configuration configuration = configuration();
        configuration.with(single).surroundings(System.getenv(), System.getProperties(), Set.of()).with(single);
        RouteFiles files = files(configuration.values());
        configuration.surroundings(System.getenv(), System.getProperties(), ownKeys(files)).with(single).with(more);
        return new Bridge(files, configuration.values(), once, Clock.tickMillis(ZoneOffset.UTC));
    }
}
