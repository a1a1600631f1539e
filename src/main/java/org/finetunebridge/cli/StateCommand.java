package org.finetunebridge.cli;

import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.connect.OffsetDocument;
import org.finetunebridge.settings.FileFailureDescriber;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.sink.SinkSession;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.JobStateSerde;
import org.finetunebridge.text.LogSanitizer;

/** The state of jobs, for a person who wants to know why. */
final class StateCommand extends Verb {

    /** States that are imported in one commit. */
    private static final int AT_ONCE = 1000;
    private static final Parameter SOURCE = Parameter.required("SOURCE", "");

    StateCommand() {
        super("state", "Show, reset or move the state of jobs: what was published of them. Without a verb, list it.");
    }

    @Override
    List<String> verbs() {
        return List.of("list", "show", "reset", "export", "import");
    }

    @Override
    Verb verb(String following) {
        return switch (following) {
            case "list" -> new ListCommand();
            case "show" -> new ShowCommand();
            case "reset" -> new ResetCommand();
            case "export" -> new ExportCommand();
            case "import" -> new ImportCommand();
            default -> null;
        };
    }

    @Override
    int call() throws IOException {
        return list(this);
    }

    private static int list(Verb verb) throws IOException {
        try (Bridge bridge = open(verb)) {
            PrintWriter out = verb.out();
            Collection<JobState> states = bridge.sink().peek();
            if (states.isEmpty()) {
                verb.err().println("there is no state in " + RunCommand.place(bridge.settings()));
            }
            states.stream().sorted(Comparator.comparing(JobState::name)).forEach(state ->
                    out.printf(Locale.ROOT, "%s  %s  %s  %s%n", state.source(),
                            state.job().isEmpty() ? "(the source itself)" : LogSanitizer.line(state.job()),
                            state.published().status() == null ? "-" : state.published().status(), standing(state)));
            return 0;
        }
    }

    private static final class ListCommand extends Verb {

        ListCommand() {
            super("state list", "One line a job: source, job, status, and what keeps it from being read.");
        }

        @Override
        int call() throws IOException {
            return list(this);
        }
    }

    private static final class ShowCommand extends Verb {

        private static final ObjectMapper PRETTY = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

        ShowCommand() {
            super("state show", "The whole state of a job, as JSON.", SOURCE, Parameter.required("JOB", ""));
        }

        @Override
        int call() throws IOException {
            String source = argument(0);
            String job = argument(1);
            try (Bridge bridge = open(this)) {
                String name = JobState.name(source, job);
                for (JobState state : bridge.sink().peek()) {
                    if (state.name().equals(name)) {
                        out().println(PRETTY.writeValueAsString(
                                PRETTY.readTree(JobStateSerde.write(state))));
                        return 0;
                    }
                }
                err().println("there is no state of " + LogSanitizer.line(name));
                return BridgeCommand.FAILED;
            }
        }
    }

    private static final class ResetCommand extends Verb {

        ResetCommand() {
            super("state reset", "Forget a source, or one of its jobs: what is read of it next is published again, under the same ids.",
                    SOURCE, Parameter.optional("JOB", ""));
        }

        @Override
        int call() throws IOException {
            String source = argument(0);
            String job = argument(1);
            try (Bridge bridge = open(this)) {
                List<String> names = bridge.sink().open().stream()
                        .filter(state -> state.source().equals(source) && (job == null || state.job().equals(job)))
                        .map(JobState::name).toList();
                bridge.sink().forget(names);
                bridge.sink().close();
                out().println("forgot " + count(names.size()) + " of " + LogSanitizer.line(source) + (job == null ? "" : " job " + LogSanitizer.line(job)));
                return 0;
            }
        }
    }

    private static final class ExportCommand extends Verb {

        ExportCommand() {
            super("state export", "Print the state as source offsets of Kafka Connect: the body of a PATCH request that lets the"
                    + " connector continue where this bridge stopped (docs/connect.md). Stop the bridge before.",
                    Parameter.optional("SOURCE", "Only this one."));
        }

        @Override
        int call() throws IOException {
            String source = argument(0);
            try (Bridge bridge = open(this)) {
                List<JobState> states = bridge.sink().peek().stream().filter(state -> source == null || state.source().equals(source))
                        .sorted(Comparator.comparing(JobState::name)).toList();
                if (states.isEmpty()) {
                    err().println("there is no state" + (source == null ? "" : " of " + LogSanitizer.line(source)) + " in "
                            + RunCommand.place(bridge.settings()) + ": nothing to export");
                    return BridgeCommand.FAILED;
                }
                OffsetDocument.write(states, out());
                out().flush();
                err().println("exported " + count(states.size()));
                return 0;
            }
        }
    }

    private static final class ImportCommand extends Verb {

        ImportCommand() {
            super("state import", "Take over the state of a connector that is stopped: a file with what GET /connectors/NAME/offsets"
                    + " answered. Refused for a source of which there is a state already.", Parameter.required("FILE", ""));
        }

        @Override
        int call() throws IOException {
            Path file = path("FILE", argument(0));
            List<JobState> states;
            try {
                states = OffsetDocument.read(Files.readString(file));
            } catch (IOException e) {
                err().println(LogSanitizer.line(file + " cannot be imported: " + why(e)));
                return BridgeCommand.FAILED;
            }
            if (states.isEmpty()) {
                err().println(LogSanitizer.line(file + " cannot be imported: it holds no state of a job"));
                return BridgeCommand.FAILED;
            }
            try (Bridge bridge = open(this)) {
                Set<String> sources = states.stream().map(JobState::source).collect(Collectors.toSet());
                Optional<JobState> known = bridge.sink().open().stream().filter(state -> sources.contains(state.source())).findFirst();
                if (known.isPresent()) {
                    err().println("there is a state of " + LogSanitizer.line(known.get().source()) + " already; to replace it:"
                            + " state reset " + LogSanitizer.line(known.get().source()));
                    return BridgeCommand.FAILED;
                }
                for (int from = 0; from < states.size(); from += AT_ONCE) {
                    bridge.sink().write(List.of(new Batch(SinkSession.blank(), List.of(), List.of(),
                            states.subList(from, Math.min(states.size(), from + AT_ONCE)))));
                }
                bridge.sink().close();
                out().println("imported " + count(states.size()));
                return 0;
            }
        }
    }

    private static String why(IOException e) {
        if (e instanceof JsonEOFException) {
            return "it ends in the middle; export it again, and compare its size";
        }
        return e instanceof NoSuchFileException ? "there is no such file" : FileFailureDescriber.describe(e);
    }

    private static String count(int states) {
        return states + (states == 1 ? " state" : " states");
    }

    private static String standing(JobState state) {
        if (state.retired() != null) {
            return state.retired().name().toLowerCase(Locale.ROOT);
        }
        return state.suspension() == null ? "watched" : (state.suspension().parked() ? "parked until " : "waits until ")
                + state.suspension().until() + ": " + state.suspension().reason();
    }

    private static Bridge open(Verb verb) throws IOException {
        Bridge bridge = verb.configuration().bridge(true, Map.of()).unwatched();
        bridge.init();
        return bridge;
    }
}
