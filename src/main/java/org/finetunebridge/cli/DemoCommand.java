package org.finetunebridge.cli;

import java.io.PrintWriter;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.commons.cli.Options;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.polling.SourcePoller;
import org.finetunebridge.settings.SettingsReader;
import org.finetunebridge.simulator.Sandbox;
import org.finetunebridge.simulator.Simulation;

/** The bridge and its providers in one process. */
final class DemoCommand extends Verb {

    private static final double SPEED = 60;
    private static final int SECONDS_BETWEEN_LINES = 3;
    private static final String DIRECTORY = "data/demo/";
    private static final String TOPICS = "demo.";

    private static final String KAFKA = "kafka";

    DemoCommand() {
        super("demo", "Poll built-in, made-up providers: needs no key and no network.");
    }

    @Override
    void addOptions(Options options) {
        options.addOption(valued(KAFKA, "HOST:PORT", "Publish to this Kafka, into topics whose names begin with demo., in place of"
                + " files."));
    }

    @Override
    int call() throws Exception {
        String kafka = value(KAFKA);
        Sandbox sandbox = Sandbox.start(Simulation.demo(SPEED));
        Bridge bridge = configuration().bridge(false, settings(sandbox.url(), kafka)).served();
        shutdown().serves(bridge, sandbox);
        try {
            RunCommand.init(bridge);
            PrintWriter out = out();
            out.println("The providers of this demo are made up. All events, log lines too, go to "
                    + (kafka == null ? DIRECTORY + "events" : "the topic " + TOPICS + "events") + "; Ctrl-C ends it.");
            out.println("They answer at " + sandbox.url() + ".");
            var printer = new EventPrinter(out, BridgeCommand.isTerminal());
            bridge.publisher().onCommit(printer);
            bridge.start();
            shutdown().started();
            show(bridge, printer);
            throw bridge.publisher().fenced().get();
        } finally {
            shutdown().close();
        }
    }

    /** Shows what happens, until another instance takes over. */
    private static void show(Bridge bridge, EventPrinter printer) throws InterruptedException, ExecutionException {
        CompletableFuture<?> fenced = bridge.publisher().fenced();
        CompletableFuture<Void> caughtUp = CompletableFuture.runAsync(() -> {
            for (SourcePoller poller : bridge.pollers()) {
                try {
                    poller.awaitFirstCycle();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        });
        CompletableFuture.anyOf(fenced, caughtUp).get();
        printer.history();
        while (!fenced.isDone()) {
            try {
                fenced.get(SECONDS_BETWEEN_LINES, TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                printer.news(Instant.now().minusSeconds(SECONDS_BETWEEN_LINES));
            }
        }
    }

    private static Map<String, String> settings(String url, String kafka) {
        Map<String, String> settings = new HashMap<>();
        settings.put("bridge.sources", "dashscope,minimax");
        settings.put("bridge.sink", kafka == null ? "file" : "kafka");
        if (kafka != null) {
            settings.put("bridge.kafka.brokers", kafka);
            settings.put("bridge.kafka.topic", TOPICS + "events");
            settings.put("bridge.kafka.dead-letter-topic", TOPICS + "dead-letters");
            settings.put("bridge.kafka.state-topic", TOPICS + "state");
            settings.put("bridge.kafka.transactional-id", "finetune-bridge-demo");
        }
        settings.put("bridge.file.directory", DIRECTORY + "events");
        settings.put("bridge.dead-letter.directory", DIRECTORY + "dead-letters");
        settings.put("bridge.state.directory", DIRECTORY + "state");
        settings.put("minimax.group-id", "");
        for (String source : List.of("dashscope", "minimax")) {
            // What a configuration says of real accounts is not about the made-up ones.
            SettingsReader.SOURCE_KEYS.forEach(key -> settings.put(source + '.' + key, ""));
            settings.put(source + ".proxy", "none");
            settings.put(source + ".base-url", url);
            settings.put(source + ".api-key", Simulation.KEY);
            settings.put(source + ".period", "2s");
            settings.put(source + ".logs", "true");
        }
        return settings;
    }
}
