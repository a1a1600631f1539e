package org.finetunebridge.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.camel.http.Throwables;
import org.finetunebridge.provider.ProviderRegistry;
import org.finetunebridge.provider.RouteFiles;
import org.finetunebridge.provider.validation.MappingFixtures;
import org.finetunebridge.provider.validation.ProviderValidator;
import org.finetunebridge.settings.InvalidConfigurationException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Tries everything without writing anything. */
@Command(name = "check", description = "Validate the configuration, read each source once, show what would be published.")
final class CheckCommand implements Callable<Integer> {

    @Option(names = "--provider", paramLabel = "DIR",
            description = "Only look at the files of the providers in this folder, and at what they make of the answers in "
                    + "its fixtures/<provider>/<resource>/*.response.json; ask nobody anything.")
    private Path folder;

    @Option(names = "--json", description = "Say it in one JSON object, for machines.")
    private boolean json;

    @ParentCommand
    private BridgeCommand parent;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        if (folder != null) {
            return inspect(out);
        }
        if (!json) {
            return check(out).exit();
        }
        try {
            CheckReport checked = check(null);
            new CheckJsonWriter(out).write(checked);
            return checked.exit();
        } catch (RuntimeException e) {
            InvalidConfigurationException bad = Throwables.of(InvalidConfigurationException.class, e);
            if (bad != null) {
                new CheckJsonWriter(out).write(bad.problems());
            }
            throw e;
        }
    }

    /** @param out for a person to read while it goes on; null for nobody */
    private CheckReport check(PrintWriter out) throws IOException {
        try (Bridge bridge = parent.options().bridge(true, Map.of()).unwatched()) {
            bridge.init();
            Map<String, String> configuration = CheckReport.masked(bridge.configuration());
            if (out != null) {
                new CheckTextWriter(out).configuration(configuration);
            }
            RunCommand.requireSources(bridge.settings(), spec.commandLine().getErr());
            bridge.start();
            CheckReport checked = new CheckReport(configuration, bridge.settings(), bridge.settings().sources().stream()
                    .map(source -> SourceProbe.of(source, bridge.context())).toList());
            if (out != null) {
                new CheckTextWriter(out).write(checked);
            }
            return checked;
        }
    }

    private int inspect(PrintWriter out) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new InvalidConfigurationException(List.of("--provider " + folder + ": no such folder"));
        }
        var own = new ProviderRegistry(new RouteFiles(Bridge.class.getClassLoader(), List.of(), List.of(folder)));
        if (own.names().isEmpty()) {
            throw new InvalidConfigurationException(List.of(folder + ": there is no <provider>.properties, the file that names a provider"));
        }
        var files = new RouteFiles(Bridge.class.getClassLoader(), RouteFiles.packed(), List.of(folder));
        var inspection = new ProviderValidator(files);
        var samples = new MappingFixtures(folder, files);
        List<String> problems = new ArrayList<>();
        for (String name : own.names()) {
            List<String> wrong = new ArrayList<>(inspection.of(name));
            out.println(name + ": looked at");
            if (wrong.isEmpty()) {
                samples.of(name).forEach(out::println);
                wrong.addAll(samples.problems());
            }
            wrong.forEach(problem -> problems.add(folder + "/" + problem));
        }
        if (!problems.isEmpty()) {
            throw new InvalidConfigurationException(problems);
        }
        out.println("Nothing is wrong with the files; whether the provider answers so, only reading it shows.");
        return 0;
    }
}
