package org.finetunebridge.cli;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.commons.cli.Options;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.polling.SourcePoller;
import org.finetunebridge.settings.SettingsReader;
import org.finetunebridge.text.LogSanitizer;

/** One job until its end, for a person or a script. It has no state and takes no lock: it may run beside a bridge. */
class FollowCommand extends Verb {

    private static final int TIMED_OUT = 4;

    private static final String TIMEOUT = "timeout";
    private static final String JSON = "json";

    /** The same without the lines. */
    static final class WaitCommand extends FollowCommand {

        WaitCommand() {
            super("wait", "Wait until one job ends, silently. Publishes nothing, needs no state and disturbs none.");
        }

        @Override
        boolean isSilent() {
            return true;
        }
    }

    FollowCommand() {
        this("follow", "Print the changes of one job as they come, in order, until it ends. Publishes nothing, needs no state and"
                + " disturbs none.");
    }

    private FollowCommand(String name, String description) {
        super(name, description, Parameter.required("SOURCE", "One of bridge.sources."),
                Parameter.required("JOB", "The job's id, as the provider names it."));
    }

    @Override
    void addOptions(Options options) {
        options.addOption(valued(TIMEOUT, "DURATION", "Give up after so long, such as 90m; without it, never."));
        options.addOption(flag(JSON, "Print the events, one JSON object a line; of wait, that of the end."));
    }

    @Override
    List<String> footer() {
        return List.of("Exit codes: 0 SUCCEEDED; 3 FAILED or CANCELLED; 1 the job cannot be read;",
                "            4 --timeout passed; 2 the configuration is wrong.");
    }

    boolean isSilent() {
        return false;
    }

    @Override
    int call() throws Exception {
        long began = System.nanoTime();
        String source = argument(0);
        String job = argument(1);
        String timeout = value(TIMEOUT);
        boolean json = has(JSON);
        Duration longest = timeout == null ? null : SettingsReader.duration("--timeout", timeout);
        boolean terminal = BridgeCommand.isTerminal();
        var printer = new JobPrinter(out(), err(), isSilent(), json, terminal, terminal && !isSilent() && !json);
        try (Bridge bridge = configuration().bridge(false, Map.of("camel.main.jmxEnabled", "false"))
                .narrowed(settings -> settings.only(source, job)).into("follow", printer)) {
            bridge.init();
            RunCommand.requireSources(bridge.settings(), configuration().hints(), err());
            SourcePoller poller = bridge.pollers().get(0);
            var follower = new JobFollower(poller, bridge.publisher(), job, printer);
            poller.onPoll(follower);
            bridge.accounts().of(poller.source().name()).detector().onFact(printer.progress()::fact);
            bridge.start();
            JobFollower.Outcome outcome = longest == null ? follower.outcome().get()
                    : follower.outcome().get(longest.toNanos() - (System.nanoTime() - began), TimeUnit.NANOSECONDS);
            printer.end();
            if (outcome.reason() != null) {
                err().println(LogSanitizer.line(outcome.reason()));
            }
            return outcome.exit();
        } catch (TimeoutException e) {
            printer.end();
            err().println(LogSanitizer.line(source + " job " + job) + ": " + printer.progress().status()
                    + " when the --timeout of " + timeout + " passed");
            return TIMED_OUT;
        }
    }
}
