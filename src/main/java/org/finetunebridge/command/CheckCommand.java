package org.finetunebridge.command;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.finetunebridge.Bridge;
import org.finetunebridge.event.Event;
import org.finetunebridge.fetch.Failure;
import org.finetunebridge.provider.Inspection;
import org.finetunebridge.provider.Mappings;
import org.finetunebridge.provider.Providers;
import org.finetunebridge.provider.RouteFiles;
import org.finetunebridge.settings.BadSettings;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.watch.Glance;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Tries everything without writing anything. */
@Command(name = "check", description = "Validate the configuration, read each source once, show what would be published.")
final class CheckCommand implements Callable<Integer> {

    private static final Pattern SECRET = Pattern.compile("(?i).*(api-key|password|secret|token|jaas|credential).*"
            + "|bridge\\.kafka\\.client\\..*");

    @Option(names = "--provider", paramLabel = "DIR",
            description = "Only look at the files of the providers in this folder; ask nobody anything.")
    private Path folder;

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
        try (Bridge bridge = parent.options().bridge(true, Map.of()).unwatched()) {
            bridge.init();
            show(bridge.configuration(), out);
            RunCommand.requireSources(bridge.settings(), spec.commandLine().getErr());
            bridge.start();
            int result = 0;
            for (SourceSettings source : bridge.settings().sources()) {
                result = Math.max(result, check(source, bridge, out));
            }
            return result;
        }
    }

    private int inspect(PrintWriter out) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new BadSettings(List.of("--provider " + folder + ": no such folder"));
        }
        var own = new Providers(new RouteFiles(Bridge.class.getClassLoader(), List.of(), List.of(folder)));
        if (own.names().isEmpty()) {
            throw new BadSettings(List.of(folder + ": there is no <provider>.properties, the file that names a provider"));
        }
        var inspection = new Inspection(new RouteFiles(Bridge.class.getClassLoader(), RouteFiles.packed(),
                List.of(folder)));
        List<String> problems = new ArrayList<>();
        for (String name : own.names()) {
            inspection.of(name).forEach(problem -> problems.add(folder + "/" + problem));
            out.println(name + ": looked at");
        }
        if (!problems.isEmpty()) {
            throw new BadSettings(problems);
        }
        out.println("Nothing is wrong.");
        return 0;
    }

    private static void show(Map<String, String> configuration, PrintWriter out) {
        configuration.forEach((key, value) -> {
            if (!value.isBlank()) {
                out.println(key + " = " + (SECRET.matcher(key).matches() ? "***" : value));
            }
        });
    }

    private static int check(SourceSettings source, Bridge bridge, PrintWriter out) {
        out.println();
        try {
            Batch batch = new Glance(source, bridge.context()).read();
            out.println(source + " answers. Its first page would publish " + batch.events().size() + " events"
                    + (batch.deadLetters().isEmpty() ? "" : " and " + batch.deadLetters().size() + " dead letters")
                    + (batch.events().isEmpty() ? "." : ":"));
            batch.events().stream().map(Event::value).map(CheckCommand::text).forEach(out::println);
            batch.deadLetters().stream().map(Event::value).map(CheckCommand::text).forEach(out::println);
            return 0;
        } catch (Failure | Mappings.WrongShape e) {
            out.println(source + " does not answer as it should: " + e.getMessage());
            return BridgeCommand.FAILED;
        }
    }

    private static String text(byte[] json) {
        return new String(json, StandardCharsets.UTF_8);
    }
}
