package org.finetunebridge.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.commons.cli.Options;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.camel.CamelTemplateReader;
import org.finetunebridge.camel.http.Throwables;
import org.finetunebridge.provider.ProviderRegistry;
import org.finetunebridge.provider.RouteFiles;
import org.finetunebridge.provider.validation.MappingFixtures;
import org.finetunebridge.provider.validation.ProviderValidator;
import org.finetunebridge.settings.FileFailureDescriber;
import org.finetunebridge.settings.InvalidConfigurationException;
import org.finetunebridge.sink.SinkUnavailableException;

/** Tries everything without writing anything. */
final class CheckCommand extends Verb {

    private static final String PROVIDER = "provider";
    private static final String JSON = "json";

    CheckCommand() {
        super("check", "Validate the configuration, ask the sink, read each source once, and show what would be published."
                + " Writes nothing.");
    }

    @Override
    void addOptions(Options options) {
        options.addOption(valued(PROVIDER, "DIR", "Only read the files of the providers in this folder, and show what they make of"
                + " the answers in its fixtures/<provider>/<resource>/*.response.json. Asks nobody anything."));
        options.addOption(flag(JSON, "Print one JSON object, for machines."));
    }

    @Override
    int call() throws Exception {
        PrintWriter out = out();
        if (has(PROVIDER)) {
            return inspect(path("--" + PROVIDER, value(PROVIDER)), out);
        }
        if (!has(JSON)) {
            return check(out).exit();
        }
        try {
            CheckReport report = check(null);
            new CheckReportWriter(out).json(report);
            return report.exit();
        } catch (RuntimeException e) {
            InvalidConfigurationException bad = Throwables.of(InvalidConfigurationException.class, e);
            if (bad != null) {
                new CheckReportWriter(out).json(bad.problems());
            }
            throw e;
        }
    }

    /** @param out for a person to read while it goes on; null for nobody */
    private CheckReport check(PrintWriter out) throws IOException {
        try (Bridge bridge = configuration().bridge(true, Map.of()).unwatched()) {
            bridge.init();
            Map<String, String> configuration = CheckReport.masked(bridge.configuration());
            if (out != null) {
                new CheckReportWriter(out).configuration(configuration);
            }
            List<String> hints = configuration().hints();
            RunCommand.requireSources(bridge.settings(), hints, err());
            bridge.start();
            CheckReport report = new CheckReport(configuration, bridge.settings(), sinkProblems(bridge),
                    bridge.settings().sources().stream()
                            .map(source -> CheckReport.Probe.of(source, bridge.context())).toList(), hints);
            if (out != null) {
                new CheckReportWriter(out).text(report);
            }
            return report;
        }
    }

    /** What keeps the sink from being written, as far as that shows without writing. */
    private static List<String> sinkProblems(Bridge bridge) {
        List<String> problems = new ArrayList<>();
        if (bridge.settings().sink().equals("file")) {
            CheckReport.directories(bridge.settings()).forEach((key, directory) -> {
                if (!isWritable(directory)) {
                    problems.add(key + " = " + directory + ": cannot be written by this user");
                }
            });
        }
        if (!problems.isEmpty()) {
            return problems;
        }
        try {
            bridge.sink().inspect();
        } catch (SinkUnavailableException e) {
            if (e.getCause() instanceof InvalidConfigurationException) {
                throw e;
            }
            problems.add(e.getMessage());
        }
        return problems;
    }

    /** Whether it could be made, if it is not there. */
    private static boolean isWritable(Path directory) {
        Path there = FileFailureDescriber.nearest(directory);
        return Files.isDirectory(there) && Files.isWritable(there);
    }

    private static int inspect(Path folder, PrintWriter out) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new InvalidConfigurationException(List.of("--provider " + folder + ": no such folder"));
        }
        var own = new ProviderRegistry(new RouteFiles(Bridge.class.getClassLoader(), List.of(), List.of(folder)));
        if (own.names().isEmpty()) {
            throw new InvalidConfigurationException(List.of(folder
                    + ": there is no <provider>.properties, the file that names a provider"));
        }
        var files = new RouteFiles(Bridge.class.getClassLoader(), RouteFiles.packed(), List.of(folder));
        var inspection = new ProviderValidator(files, new CamelTemplateReader());
        var samples = new MappingFixtures(folder, files);
        List<String> problems = new ArrayList<>();
        for (String name : own.names()) {
            List<String> wrong = new ArrayList<>(inspection.of(name));
            out.println(name + ": looked at");
            inspection.hints(name).forEach(hint -> out.println("hint: " + folder + "/" + hint));
            if (wrong.isEmpty()) {
                samples.of(name).forEach(out::println);
                samples.hints().forEach(hint -> out.println("hint: " + folder + "/" + hint));
                wrong.addAll(samples.problems());
                wrong.addAll(inspection.toDo(name));
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
