package org.finetunebridge.karaf.command;

import java.time.temporal.ChronoUnit;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.table.ShellTable;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.polling.CycleResult;
import org.finetunebridge.polling.SourcePoller;
import org.finetunebridge.sink.SinkSession;
import org.finetunebridge.state.Suspension;
import org.finetunebridge.text.LogSanitizer;

/** {@code finetune:status}. */
@Service
@Command(scope = "finetune", name = "status", description = "Shows every source: its health and its last poll cycle.")
public final class StatusCommand extends RunningBridgeAction {

    @Override
    void show(Bridge bridge) {
        RuntimeException failure = bridge.publisher().suspension();
        System.out.println("Sink: " + bridge.settings().sink() + (failure == null ? ", UP"
                : ", DOWN: " + LogSanitizer.line(failure.getMessage())));
        var table = new ShellTable();
        for (String column : new String[] {"Source", "Provider", "Health", "Last poll", "Polled jobs", "Not read", "Why"}) {
            table.column(column);
        }
        bridge.pollers().forEach(poller -> addRow(table, poller, bridge.publisher().remembered()));
        table.print(System.out);
        bridge.settings().off().forEach(name -> System.out.println(name + " is off: it has no api-key"));
    }

    /** @param session null while the sink is not open */
    private static void addRow(ShellTable table, SourcePoller poller, SinkSession session) {
        String name = poller.source().name();
        CycleResult result = poller.result();
        String polled = session == null ? "?"
                : Long.toString(session.jobs(name).stream().filter(state -> state.retired() == null).count());
        String ended = poller.cycleEnded() == null ? "under way" : poller.cycleEnded().truncatedTo(ChronoUnit.MILLIS).toString();
        Suspension suspension = poller.suspension();
        table.addRow().addContent(name, poller.source().provider().name(),
                suspension != null && suspension.parked() ? "DOWN" : "UP", ended, polled, result.failed(),
                LogSanitizer.line(why(suspension, result)));
    }

    /** What the poller waits for, or else why its last cycle could not read everything; null if all is well. */
    private static String why(Suspension suspension, CycleResult result) {
        return suspension == null ? result.reason() : "suspended until " + suspension.until() + ": " + suspension.reason();
    }
}
