package org.finetunebridge.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.finetunebridge.camel.http.Throwables;
import org.finetunebridge.settings.InvalidConfigurationException;
import org.finetunebridge.sink.InstanceFencedException;
import org.finetunebridge.sink.SinkUnavailableException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command line; without a verb it runs. */
@Command(name = "finetune-bridge", scope = ScopeType.INHERIT, mixinStandardHelpOptions = true,
        versionProvider = BridgeCommand.Version.class, sortOptions = false, subcommands = {RunCommand.class, OnceCommand.class, DemoCommand.class, CheckCommand.class,
            ReplayCommand.class, StateCommand.class},
        description = "Watches LLM fine-tuning jobs at their providers and publishes every change as a CloudEvent.",
        footer = {"", "Try it without a key or a network:  java -jar target/finetune-bridge.jar demo",
            "Exit: 0 all went well, 1 something could not be read or written, 2 the configuration is wrong."})
public final class BridgeCommand implements Callable<Integer> {

    static final int FAILED = 1;
    static final int MISCONFIGURED = 2;

    @Mixin
    private ConfigurationOptions options;

    @Spec
    private CommandSpec spec;

    /** The command line, ready to execute. */
    public static CommandLine commandLine() {
        return new CommandLine(new BridgeCommand()).setExecutionExceptionHandler(BridgeCommand::failed);
    }

    ConfigurationOptions options() {
        return options;
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

    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = BridgeCommand.class.getPackage().getImplementationVersion();
            return new String[] {"finetune-bridge " + (version == null ? "(not packed)" : version)};
        }
    }
}
