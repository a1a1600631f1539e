package org.finetunebridge.cli;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.polling.SourcePoller;
import org.finetunebridge.settings.SettingsReader;
import org.finetunebridge.text.LogSanitizer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** One job until its end, for a person or a script. It has no state and takes no lock: it may run beside a bridge. */
@Command(name = "follow", description = "Print the changes of one job as they come, in order, until it ends. Publishes"
        + " nothing, needs no state and disturbs none.", footer = {"",
            "Exit codes: 0 SUCCEEDED; 3 FAILED or CANCELLED; 1 the job cannot be read; 4 --timeout passed; 2 the"
                + " configuration is wrong."})
class FollowCommand extends BridgeCommand.Verb {

    private static final int TIMED_OUT = 4;

    @Parameters(paramLabel = "SOURCE", index = "0", description = "One of bridge.sources.")
    private String source;

    @Parameters(paramLabel = "JOB", index = "1", description = "The job's id, as the provider names it.")
    private String job;

    @Option(names = "--timeout", paramLabel = "DURATION", description = "Give up after so long, such as 90m; without it,"
            + " never.")
    private String timeout;

    @Option(names = "--json", description = "Print the events, one JSON object a line; of wait, that of the end.")
    private boolean json;

    /** The same without the lines. */
    @Command(name = "wait", description = "Wait until one job ends, silently. Publishes nothing, needs no state and disturbs"
            + " none.")
    static final class WaitCommand extends FollowCommand {

        @Override
        boolean isSilent() {
            return true;
        }
    }

    boolean isSilent() {
        return false;
    }

    @Override
    public Integer call() throws Exception {
        long began = System.nanoTime();
        Duration longest = timeout == null ? null : SettingsReader.duration("--timeout", timeout);
        boolean terminal = BridgeCommand.isTerminal();
        var printer = new JobPrinter(out(), err(), isSilent(), json, terminal, terminal && !isSilent() && !json);
        try (Bridge bridge = parent.options().bridge(false, Map.of("camel.main.jmxEnabled", "false"))
                .narrowed(settings -> settings.only(source, job)).into("follow", printer)) {
            bridge.init();
            RunCommand.requireSources(bridge.settings(), parent.options().hints(), err());
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
