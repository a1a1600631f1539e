package org.finetunebridge.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.settings.InvalidConfigurationException;
import org.finetunebridge.settings.Settings;
import org.finetunebridge.settings.SettingsReader;
import org.finetunebridge.sink.SinkSession;
import org.finetunebridge.sink.SinkUnavailableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads every source again and again until it is stopped. */
class RunCommand extends Verb {

    RunCommand() {
        this("run", "Poll every configured source until stopped (the default).");
    }

    RunCommand(String name, String description) {
        super(name, description);
    }

    @Override
    int call() throws Exception {
        Bridge bridge = configuration().bridge(false, Map.of()).served();
        shutdown().serves(bridge);
        try {
            init(bridge);
            requireSources(bridge.settings(), configuration().hints(), err());
            openSink(bridge);
            bridge.start();
            shutdown().started();
            throw bridge.publisher().fenced().get();
        } finally {
            shutdown().close();
        }
    }

    /** A port that is taken is often taken by an instance that has the state too: then that is what is wrong. */
    static void init(Bridge bridge) {
        try {
            bridge.init();
        } catch (InvalidConfigurationException e) {
            if (bridge.publisher() != null) {
                openSink(bridge);
            }
            throw e;
        }
    }

    /**
     * Opens the sink before anything is read: what is misconfigured ends the process. What is only away may come back.
     *
     * @return why it cannot be opened now; null if it is open
     */
    static String openSink(Bridge bridge) {
        try {
            SinkSession session = bridge.publisher().session();
            if (bridge.settings().sources().stream().allMatch(source -> session.jobs(source.name()).isEmpty())) {
                log().info("No state of an earlier run in {}: every job is published from its beginning",
                        place(bridge.settings()));
            }
            return null;
        } catch (SinkUnavailableException e) {
            if (e.getCause() instanceof InvalidConfigurationException) {
                throw e;
            }
            log().debug("not yet: {}", e.getMessage());
            return e.getMessage();
        }
    }

    /** Not a constant: the class is loaded while {@link StartupPreloader} still readies the log. */
    private static Logger log() {
        return LoggerFactory.getLogger(RunCommand.class);
    }

    /** Where the state is, for a person. */
    static String place(Settings settings) {
        return settings.sink().equals("file") ? settings.state().toAbsolutePath().normalize().toString()
                : "topic " + settings.kafka().stateTopic() + " at " + settings.kafka().brokers();
    }

    /** Says which sources are off, and what somebody may have overlooked; with no source on there is nothing to do. */
    static void requireSources(Settings settings, List<String> hints, PrintWriter err) {
        Stream.concat(hints.stream(), SettingsReader.warnings(settings).stream()).forEach(err::println);
        settings.off().forEach(name -> err.println(name + " is off: " + name + ".api-key is not set"));
        if (settings.sources().isEmpty()) {
            throw new InvalidConfigurationException(List.of("no source is on: set an api key, such as dashscope.api-key"
                    + " (or the environment variable DASHSCOPE_API_KEY). To look around first, run 'demo': it needs no"
                    + " key"));
        }
    }
}
