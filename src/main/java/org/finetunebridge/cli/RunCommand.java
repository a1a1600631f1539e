package org.finetunebridge.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.settings.InvalidConfigurationException;
import org.finetunebridge.settings.Settings;
import org.finetunebridge.sink.Publisher;
import org.finetunebridge.sink.SinkUnavailableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** Watches until it is stopped. */
@Command(name = "run", description = "Watch every configured source until stopped (the default).")
final class RunCommand implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);
    private static final Duration LONGEST_STOP = Duration.ofSeconds(9);

    @ParentCommand
    private BridgeCommand parent;

    @Spec
    private CommandSpec spec;

    RunCommand() {}

    RunCommand(BridgeCommand parent, CommandSpec spec) {
        this.parent = parent;
        this.spec = spec;
    }

    @Override
    public Integer call() throws Exception {
        Bridge bridge = parent.options().bridge(false, Map.of()).served();
        bridge.init();
        requireSources(bridge.settings(), spec.commandLine().getErr());
        openSink(bridge.publisher());
        stopOnSignal(bridge);
        bridge.start();
        throw bridge.publisher().fenced().get();
    }

    /** What is misconfigured ends the process before anything is read; what is only away may come back. */
    static void openSink(Publisher publisher) {
        try {
            publisher.session();
        } catch (SinkUnavailableException e) {
            if (e.getCause() instanceof InvalidConfigurationException) {
                throw e;
            }
            LOG.debug("not yet: {}", e.getMessage());
        }
    }

    /** Says which sources are off; with none on there is nothing to do. */
    static void requireSources(Settings settings, PrintWriter err) {
        settings.off().forEach(name -> err.println(name + " is off: " + name + ".api-key is not set"));
        if (settings.sources().isEmpty()) {
            throw new InvalidConfigurationException(List.of("no source is on: set an api key, such as dashscope.api-key (or the"
                    + " environment variable DASHSCOPE_API_KEY). To look around first, run 'demo': it needs no key"));
        }
    }

    /**
     * SIGTERM is how a service is asked to end, so ending is no failure: exit 0 once everything is committed. Another
     * instance that takes over is one.
     */
    static void stopOnSignal(Bridge bridge, AutoCloseable... others) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            endIn(LONGEST_STOP, bridge);
            try {
                bridge.close();
                for (AutoCloseable other : others) {
                    other.close();
                }
            } catch (Exception e) {
                LOG.error("while stopping", e);
            }
            halt(bridge);
        }, "stop"));
    }

    private static void halt(Bridge bridge) {
        boolean fenced = bridge.publisher() != null && bridge.publisher().fenced().isDone();
        Runtime.getRuntime().halt(fenced ? BridgeCommand.FAILED : 0);
    }

    /** A sink that cannot be reached must not hold up a stop: what it did not confirm is forgotten, and told again. */
    private static void endIn(Duration longest, Bridge bridge) {
        var guard = new Thread(() -> {
            try {
                Thread.sleep(longest.toMillis());
                halt(bridge);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }, "stop-guard");
        guard.setDaemon(true);
        guard.start();
    }
}
