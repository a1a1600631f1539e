package org.finetunebridge.karaf.command;

import java.util.Comparator;
import java.util.Locale;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.table.ShellTable;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.karaf.BridgeSupervisor;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.sink.SinkSession;
import org.finetunebridge.state.JobState;
import org.finetunebridge.text.LogSanitizer;

/** {@code finetune:jobs}. */
@Service
@Command(scope = "finetune", name = "jobs", description = "Shows the jobs that are watched, and what was told of them.")
public final class JobsCommand implements Action {

    @Reference
    private BridgeSupervisor keeper;

    @Argument(name = "source", description = "Only jobs of this source")
    @Completion(SourceCompleter.class)
    private String source;

    @Option(name = "-a", aliases = "--all", description = "Also jobs that ended and are read no more")
    private boolean all;

    @Override
    public Object execute() {
        Bridge bridge = keeper.bridge().orElse(null);
        if (bridge == null) {
            System.out.println("Nothing is watched: " + keeper.reason());
            return null;
        }
        SinkSession session = bridge.publisher().session();
        var table = new ShellTable().emptyTableText("No jobs");
        for (String column : new String[] {"Source", "Job", "Status", "Watched", "Trouble"}) {
            table.column(column);
        }
        bridge.settings().sources().stream().map(SourceSettings::name)
                .filter(name -> source == null || source.equals(name))
                .flatMap(name -> session.jobs(name).stream().sorted(Comparator.comparing(JobState::job)))
                .filter(state -> all || state.retired() == null)
                .forEach(state -> addRow(table, state));
        table.print(System.out);
        return null;
    }

    private static void addRow(ShellTable table, JobState state) {
        String status = state.published().status();
        table.addRow().addContent(state.source(), LogSanitizer.line(state.job()), status == null ? "" : status,
                state.retired() == null ? "yes" : "no, " + state.retired().name().toLowerCase(Locale.ROOT),
                state.suspension() == null ? "" : state.suspension().reason());
    }
}
