package org.finetunebridge.karaf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.provider.ProviderRegistry;
import org.finetunebridge.provider.RouteFiles;
import org.finetunebridge.settings.Configuration;
import org.finetunebridge.settings.EnvironmentHints;
import org.finetunebridge.settings.InvalidConfigurationException;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** Where a bridge in Karaf has its routes and its configuration from. */
final class KarafConfiguration implements BridgeSupervisor.Maker {

    private static final String ROUTES = "routes/";
    private static final String PROVIDERS = "bridge.providers.directory";

    private final ClassLoader loader;
    private final List<String> packed;
    private final Path etc;
    private final Path base;
    private final Map<String, String> environment;
    private volatile List<String> hints = List.of();

    /**
     * @param context     of the bundle that holds the packed files
     * @param environment of the process
     */
    KarafConfiguration(BundleContext context, Map<String, String> environment) {
        this.environment = environment;
        loader = KarafConfiguration.class.getClassLoader();
        packed = names(context.getBundle());
        etc = Path.of(context.getProperty("karaf.etc"));
        base = Path.of(context.getProperty("karaf.base"));
    }

    /**
     * A bridge that is not started.
     *
     * @param pid  what the configuration admin says, over everything else
     * @param once one full catch-up instead of watching
     */
    @Override
    public Bridge make(Map<String, String> pid, boolean once) throws IOException {
        RouteFiles files = files(pid.getOrDefault(PROVIDERS, ""));
        var providers = new ProviderRegistry(files);
        // Before the environment it says which sources there are to look for, after it what wins.
        Configuration configuration = new Configuration().packed(loader).with(defaults()).with(pid)
                .surroundings(environment, System.getProperties(), providers.keys()).with(pid);
        hints = EnvironmentHints.of(environment, configuration.values(), providers.names());
        return new Bridge(files, configuration.values(), once, Clock.tickMillis(ZoneOffset.UTC));
    }

    @Override
    public List<String> hints() {
        return hints;
    }

    private RouteFiles files(String providers) throws IOException {
        List<Path> folders = new ArrayList<>();
        if (!providers.isBlank()) {
            if (!Files.isDirectory(Path.of(providers))) {
                throw new InvalidConfigurationException(List.of(PROVIDERS + " = " + providers + ": no such folder"));
            }
            folders.add(Path.of(providers));
        }
        folders.add(etc.resolve("finetune-bridge/routes"));
        return new RouteFiles(loader, packed, folders);
    }

    /** Not under data/: "karaf clean" empties that, and without its state a bridge publishes everything again. */
    private Map<String, String> defaults() {
        Map<String, String> defaults = new TreeMap<>();
        defaults.put("bridge.file.directory", base.resolve("finetune-bridge/events").toString());
        defaults.put("bridge.dead-letter.directory", base.resolve("finetune-bridge/dead-letters").toString());
        defaults.put("bridge.state.directory", base.resolve("finetune-bridge/state").toString());
        defaults.put("camel.main.name", "finetune-bridge");
        // A change of the configuration is done within five seconds; what is cut off was not committed, and is read
        // again.
        defaults.put("camel.main.shutdownTimeout", "3");
        return defaults;
    }

    private static List<String> names(Bundle bundle) {
        return Collections.list(bundle.findEntries(ROUTES, "*", false)).stream().map(url -> url.getPath())
                .map(path -> path.substring(path.indexOf(ROUTES) + ROUTES.length())).toList();
    }
}
