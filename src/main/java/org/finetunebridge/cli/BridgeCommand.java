package org.finetunebridge.cli;

import java.io.Console;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.finetunebridge.camel.http.Throwables;
import org.finetunebridge.settings.InvalidConfigurationException;
import org.finetunebridge.settings.SecretMask;
import org.finetunebridge.sink.InstanceFencedException;
import org.finetunebridge.sink.SinkUnavailableException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line; without a verb it runs. */
@Command(name = "finetune-bridge", scope = ScopeType.INHERIT, mixinStandardHelpOptions = true,
        versionProvider = BridgeCommand.Version.class, sortOptions = false,
        subcommands = {RunCommand.class, OnceCommand.class, FollowCommand.class, FollowCommand.WaitCommand.class,
            DemoCommand.class, CheckCommand.class, ReplayCommand.class,
            StateCommand.class, NewProviderCommand.class},
        description = "Reads LLM fine-tuning jobs at their providers and publishes every change as a CloudEvent.",
        footer = {"", "To try it without a key and without a network, run: demo",
            "Exit codes: 0 all went well; 1 something could not be read or written;",
            "            2 the configuration is wrong;",
            "            follow and wait also: 3 the job FAILED or was CANCELLED;",
            "            4 --timeout passed."})
public final class BridgeCommand implements Callable<Integer> {

    static final int FAILED = 1;
    static final int MISCONFIGURED = 2;

    private static final Pattern OPTION = Pattern.compile("--?[A-Za-z][A-Za-z-]{0,30}");
    private static final Pattern OPTION_WITH_VALUE = Pattern.compile("(?s)(--?[A-Za-z][A-Za-z0-9._-]*)=.*");
    private static final Pattern VERB = Pattern.compile("[a-z]{1,20}");
    /** Shorter words are parts of others, and no secrets. */
    private static final int SHORTEST_SECRET = 4;

    private final ProcessShutdown shutdown;

    @Mixin
    private ConfigurationOptions options;

    @Spec
    private CommandSpec spec;

    private BridgeCommand(ProcessShutdown shutdown) {
        this.shutdown = shutdown;
    }

    /** The command line, ready to execute, in a process that somebody else ends. */
    static CommandLine commandLine() {
        return commandLine(new ProcessShutdown());
    }

    /** @param shutdown of this process */
    static CommandLine commandLine(ProcessShutdown shutdown) {
        return new CommandLine(new BridgeCommand(shutdown)).setExecutionExceptionHandler(BridgeCommand::failed)
                .setParameterExceptionHandler(BridgeCommand::misused);
    }

    ConfigurationOptions options() {
        return options;
    }

    ProcessShutdown shutdown() {
        return shutdown;
    }

    /** Whether a person sees the output as it comes. From JDK 22 on there is a console without a terminal, too. */
    static boolean isTerminal() {
        return isTerminal(Console.class, System.console());
    }

    /** @param type of a console, which says since Java 22 whether it is a terminal; before, there was none without one */
    static boolean isTerminal(Class<?> type, Object console) {
        try {
            return console != null && (boolean) type.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }

    @Override
    public Integer call() throws Exception {
        return new RunCommand(this, spec).call();
    }

    /** One line for a person; the stack is for a fault of ours. */
    private static int failed(Exception e, CommandLine line, CommandLine.ParseResult result) throws Exception {
        PrintWriter err = line.getErr();
        InvalidConfigurationException bad = Throwables.of(InvalidConfigurationException.class, e);
        if (bad != null) {
            bad.problems().forEach(err::println);
            return MISCONFIGURED;
        }
        RuntimeException fenced = Throwables.of(InstanceFencedException.class, e);
        RuntimeException known = fenced == null ? Throwables.of(SinkUnavailableException.class, e) : fenced;
        if (known == null) {
            throw e;
        }
        err.println(known.getMessage());
        return FAILED;
    }

    /** With odd quotes or a missing = a secret stands where an option or a verb is expected: it is not repeated. */
    private static int misused(ParameterException e, String[] arguments) {
        CommandLine line = e.getCommandLine();
        if (e instanceof UnmatchedArgumentException unmatched) {
            line.getErr().println(unmatched.getUnmatched().stream().map(one -> shown(one, arguments))
                    .collect(Collectors.joining(", ")) + ": no such option, verb or argument");
        } else {
            List<String> longestFirst = Arrays.stream(arguments).filter(one -> one.length() >= SHORTEST_SECRET)
                    .sorted(Comparator.comparingInt(String::length).reversed()).toList();
            String message = e.getMessage();
            for (String one : longestFirst) {
                message = message.replace(one, shown(one, arguments));
            }
            line.getErr().println(message);
        }
        line.getErr().println("See --help, for all verbs or after one.");
        return MISCONFIGURED;
    }

    private static String shown(String argument, String[] arguments) {
        Matcher valued = OPTION_WITH_VALUE.matcher(argument);
        if (valued.matches()) {
            return SecretMask.key(valued.group(1)) + "=***";
        }
        boolean verb = argument.equals(arguments[0]) && VERB.matcher(argument).matches();
        return verb || OPTION.matcher(argument).matches() ? argument : "***";
    }

    /** A verb: it has the options that stand before it, and prints where the command line does. */
    abstract static class Verb implements Callable<Integer> {

        @ParentCommand
        BridgeCommand parent;

        @Spec
        CommandSpec spec;

        final PrintWriter out() {
            return spec.commandLine().getOut();
        }

        final PrintWriter err() {
            return spec.commandLine().getErr();
        }
    }

    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = BridgeCommand.class.getPackage().getImplementationVersion();
            return new String[] {"finetune-bridge " + (version == null ? "(not packed)" : version)};
        }
    }
}
