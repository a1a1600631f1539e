package org.finetunebridge.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.provider.ProviderRegistry;
import org.finetunebridge.provider.RouteFiles;
import org.finetunebridge.settings.Configuration;
import org.finetunebridge.settings.EnvironmentHints;
import org.finetunebridge.settings.FileFailureDescriber;
import org.finetunebridge.settings.InvalidConfigurationException;
import org.finetunebridge.settings.SecretMask;
import org.finetunebridge.text.LogSanitizer;

/** Where the configuration comes from: the same for every verb, before it or after it. */
public final class ConfigurationOptions {

    private static final Path ROUTES = Path.of("routes");
    /** Has the owner of this process, on systems that have it. */
    private static final Path SELF = Path.of("/proc/self");

    private final String file;
    private final Map<String, String> single = new TreeMap<>();
    private List<String> hints = List.of();

    /**
     * @param file in place of the one in the working directory; null for that
     * @param assignments {@code key=value}, or a key that is to be true, later ones over earlier ones; null for none
     */
    ConfigurationOptions(String file, String... assignments) {
        this.file = file;
        if (assignments != null) {
            for (String one : assignments) {
                int equals = one.indexOf('=');
                single.put(equals < 0 ? one : one.substring(0, equals), equals < 0 ? "true" : one.substring(equals + 1));
            }
        }
    }

    /** A bridge that is not started. */
    Bridge bridge(boolean once, Map<String, String> more) throws IOException {
        Configuration configuration = configuration();
        configuration.with(single).surroundings(System.getenv(), System.getProperties(), Set.of()).with(single);
        RouteFiles files = files(configuration.values());
        var providers = new ProviderRegistry(files);
        configuration.surroundings(System.getenv(), System.getProperties(), ownKeys(providers)).with(single).with(more);
        hints = Stream.of(EnvironmentHints.of(System.getenv(), configuration.values(), providers.names()),
                unsafe(Path.of(Configuration.FILE)), unsafe(ROUTES)).flatMap(List::stream).toList();
        return new Bridge(files, configuration.values(), once, Clock.tickMillis(ZoneOffset.UTC));
    }

    /** What somebody may have overlooked, one line each; known once there is a bridge. */
    List<String> hints() {
        return hints;
    }

    /** Every key that is set, later ones over earlier ones. */
    private Configuration configuration() throws IOException {
        var configuration = new Configuration().packed(Bridge.class.getClassLoader());
        Path local = file == null ? Path.of(Configuration.FILE) : Verb.path("--config", file);
        try {
            if (file != null || Files.exists(local)) {
                configuration.file(local);
            }
        } catch (IOException e) {
            String why = e instanceof NoSuchFileException ? "there is no such file"
                    : e instanceof AccessDeniedException ? FileFailureDescriber.refusal(local)
                    : SecretMask.shown("", String.valueOf(e.getMessage()));
            throw new InvalidConfigurationException(List.of((file == null ? "" : "--config ")
                    + SecretMask.shown("", local.toString()) + ": cannot be read: " + why));
        }
        return configuration;
    }

    /** Routes and mappings: packed, of the user's own providers, and of the working directory. */
    private static RouteFiles files(Map<String, String> configuration) throws IOException {
        List<Path> folders = new ArrayList<>();
        String directory = configuration.getOrDefault("bridge.providers.directory", "");
        if (!directory.isBlank()) {
            if (!Files.isDirectory(Path.of(directory))) {
                throw new InvalidConfigurationException(List.of("bridge.providers.directory = " + directory
                        + ": no such folder"));
            }
            folders.add(Path.of(directory));
        }
        folders.add(ROUTES);
        return new RouteFiles(Bridge.class.getClassLoader(), RouteFiles.packed(), folders);
    }

    private static Set<String> ownKeys(ProviderRegistry providers) {
        try {
            return providers.keys();
        } catch (IOException e) {
            throw new InvalidConfigurationException(List.of(LogSanitizer.line(e.getMessage())));
        }
    }

    /** What is obeyed because it lies in the working directory, though somebody else may have put it there. */
    private static List<String> unsafe(Path path) {
        if (!Files.exists(path)) {
            return List.of();
        }
        try (Stream<Path> within = Files.isDirectory(path) ? Files.list(path) : Stream.empty()) {
            return Stream.concat(Stream.of(path), within.sorted()).filter(ConfigurationOptions::isOthers).limit(1)
                    .map(one -> one + " can be written by others than you: whoever writes it decides what is done with"
                            + " your keys. Take the right away (chmod go-w), or start in another directory").toList();
        } catch (IOException e) {
            return List.of(path + " cannot be looked at: " + e.getMessage());
        }
    }

    /** False where files have no such owners and rights. The system's own administrator may do everything anyway. */
    private static boolean isOthers(Path path) {
        try {
            Set<PosixFilePermission> rights = Files.getPosixFilePermissions(path);
            Object owner = Files.getAttribute(path, "unix:uid");
            return rights.contains(PosixFilePermission.GROUP_WRITE) || rights.contains(PosixFilePermission.OTHERS_WRITE)
                    || !owner.equals(0) && Files.exists(SELF) && !owner.equals(Files.getAttribute(SELF, "unix:uid"));
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            return false;
        }
    }
}
