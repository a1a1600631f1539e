package org.finetunebridge.cli;

import java.io.BufferedWriter;
import java.io.Console;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.List;
import org.finetunebridge.camel.http.Throwables;
import org.finetunebridge.settings.InvalidConfigurationException;
import org.finetunebridge.sink.InstanceFencedException;
import org.finetunebridge.sink.SinkUnavailableException;

/** The command line; without a verb it runs. */
public final class BridgeCommand {

    static final int FAILED = 1;
    static final int MISCONFIGURED = 2;

    private final ProcessShutdown shutdown;
    private PrintWriter out = writer(System.out);
    private PrintWriter err = writer(System.err);

    private BridgeCommand(ProcessShutdown shutdown) {
        this.shutdown = shutdown;
    }

    /** The command line, ready to execute, in a process that somebody else ends. */
    static BridgeCommand commandLine() {
        return commandLine(new ProcessShutdown());
    }

    /** @param shutdown of this process */
    static BridgeCommand commandLine(ProcessShutdown shutdown) {
        return new BridgeCommand(shutdown);
    }

    /** Prints there, in place of the process's own streams. */
    BridgeCommand printingTo(PrintWriter answers, PrintWriter problems) {
        out = answers;
        err = problems;
        return this;
    }

    /** Does what the arguments say, and returns the exit code: it has failed, too, if what it prints cannot be written. */
    int execute(String... arguments) {
        int code = call(arguments);
        // The stream below keeps what went wrong to itself.
        if (code == 0 && (out.checkError() || System.out.checkError())) {
            err.println("standard output cannot be written, so what was printed is not whole: is the disk full, or the reader gone?");
            return FAILED;
        }
        return code;
    }

    private int call(String... arguments) {
        Verb verb;
        try {
            verb = new ArgumentParser(new Root(), arguments).parse(this);
        } catch (MisuseException e) {
            err.println(e.getMessage());
            err.println("See --help, for all verbs or after one.");
            return MISCONFIGURED;
        }
        if (verb.has(Verb.HELP)) {
            new HelpPrinter().print(verb, out);
            return 0;
        }
        if (verb.has(Verb.VERSION)) {
            String version = BridgeCommand.class.getPackage().getImplementationVersion();
            out.println("finetune-bridge ".concat(version == null ? "(not packed)" : version));
            return 0;
        }
        try {
            return verb.call();
        } catch (Exception e) {
            return failed(e);
        }
    }

    PrintWriter out() {
        return out;
    }

    PrintWriter err() {
        return err;
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

    /** One line for a person; the stack is for a fault of ours. */
    private int failed(Exception e) {
        InvalidConfigurationException bad = Throwables.of(InvalidConfigurationException.class, e);
        if (bad != null) {
            bad.problems().forEach(err::println);
            return MISCONFIGURED;
        }
        RuntimeException fenced = Throwables.of(InstanceFencedException.class, e);
        RuntimeException known = fenced == null ? Throwables.of(SinkUnavailableException.class, e) : fenced;
        if (known == null) {
            e.printStackTrace(err);
        } else {
            err.println(known.getMessage());
        }
        return FAILED;
    }

    /** A terminal of Java 17 may have another encoding than files. */
    private static PrintWriter writer(PrintStream stream) {
        String encoding = System.getProperty(stream == System.out ? "sun.stdout.encoding" : "sun.stderr.encoding");
        Charset charset = encoding == null ? Charset.defaultCharset() : Charset.forName(encoding);
        return new PrintWriter(new BufferedWriter(new OutputStreamWriter(stream, charset)), true);
    }

    /** Without a verb it runs. */
    static final class Root extends RunCommand {

        Root() {
            super("", "Reads LLM fine-tuning jobs at their providers and publishes every change as a CloudEvent.");
        }

        @Override
        List<String> verbs() {
            return List.of("run", "once", "follow", "wait", "demo", "check", "replay", "state", "new-provider");
        }

        @Override
        Verb verb(String following) {
            return switch (following) {
                case "run" -> new RunCommand();
                case "once" -> new OnceCommand();
                case "follow" -> new FollowCommand();
                case "wait" -> new FollowCommand.WaitCommand();
                case "demo" -> new DemoCommand();
                case "check" -> new CheckCommand();
                case "replay" -> new ReplayCommand();
                case "state" -> new StateCommand();
                case "new-provider" -> new NewProviderCommand();
                default -> null;
            };
        }
    }
}
