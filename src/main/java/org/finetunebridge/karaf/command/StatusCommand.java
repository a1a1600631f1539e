package org.finetunebridge.karaf.command;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.table.ShellTable;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.karaf.BridgeSupervisor;
import org.finetunebridge.polling.CycleResult;
import org.finetunebridge.polling.SourcePoller;
import org.finetunebridge.sink.SinkSession;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.Suspension;

/** {@code finetune:status}. */
@Service
@Command(scope = "finetune", name = "status", description = "Shows every source: its health and its last poll.")
public final class StatusCommand implements Action {

    @Reference
    private BridgeSupervisor keeper;

    @Override
    public Object execute() throws Exception {
        Bridge bridge = keeper.bridge().orElse(null);
        if (bridge == null) {
            System.out.println("Nothing is watched: " + keeper.reason());
            return null;
        }
        RuntimeException suspension = bridge.publisher().suspension();
        System.out.println("Sink: " + bridge.settings().sink() + (suspension == null ? ", UP"
                : ", DOWN: " + suspension.getMessage()));
        SinkSession session = suspension == null ? bridge.publisher().session() : SinkSession.blank();
        var table = new ShellTable();
        for (String column : new String[] {"Source", "Provider", "Health", "Last poll", "Watched", "Not read", "Why"}) {
            table.column(column);
        }
        for (SourcePoller poller : bridge.pollers()) {
            addRow(table, bridge, poller, session);
        }
        table.print(System.out);
        bridge.settings().off().forEach(name -> System.out.println(name + " is off: it has no api-key"));
        return null;
    }

    private static void addRow(ShellTable table, Bridge bridge, SourcePoller poller, SinkSession session) throws Exception {
        String name = poller.source().name();
        CycleResult tally = poller.tally();
        Suspension suspension = session.of(name, "").suspension();
        long watched = session.jobs(name).stream().map(JobState::retired).filter(why -> why == null).count();
        String health = suspension != null && suspension.parked() ? "DOWN" : "UP";
        String why = suspension != null ? suspension.reason() : tally.reason();
        table.addRow().addContent(name, poller.source().provider().name(), health, lastPoll(poller), watched,
                tally.failed(), why == null ? "" : why);
    }

    private static String lastPoll(SourcePoller poller) {
        Instant end = poller.cycleEnded();
        return end == null ? "under way" : end.truncatedTo(ChronoUnit.MILLIS).toString();
    }
}
