package org.finetunebridge.karaf.command;

import java.util.Comparator;
import java.util.Locale;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.table.ShellTable;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.sink.SinkSession;
import org.finetunebridge.state.JobState;
import org.finetunebridge.text.LogSanitizer;

/** {@code finetune:jobs}. */
@Service
@Command(scope = "finetune", name = "jobs", description = "Shows the jobs that are polled, and their last published status.")
public final class JobsCommand extends RunningBridgeAction {

    @Argument(name = "source", description = "Only jobs of this source")
    @Completion(SourceCompleter.class)
    private String source;

    @Option(name = "-a", aliases = "--all", description = "Also jobs that ended and are polled no more")
    private boolean all;

    @Override
    void show(Bridge bridge) {
        SinkSession session = bridge.publisher().remembered();
        if (session == null) {
            System.out.println("The state is not known yet, because the sink is not open");
            return;
        }
        var table = new ShellTable().emptyTableText(all ? "No jobs"
                : "No job is polled at the moment; finetune:jobs -a also shows those that ended");
        for (String column : new String[] {"Source", "Job", "Status", "Polled", "Suspended because"}) {
            table.column(column);
        }
        bridge.settings().sources().stream().map(SourceSettings::name)
                .filter(name -> source == null || source.equals(name))
                .flatMap(name -> session.jobs(name).stream().sorted(Comparator.comparing(JobState::job)))
                .filter(state -> all || state.retired() == null)
                .forEach(state -> addRow(table, state));
        table.print(System.out);
    }

    private static void addRow(ShellTable table, JobState state) {
        String status = state.published().status();
        table.addRow().addContent(state.source(), LogSanitizer.line(state.job()), status == null ? "" : status,
                state.retired() == null ? "yes" : "no, " + state.retired().name().toLowerCase(Locale.ROOT),
                state.suspension() == null ? "" : LogSanitizer.line(state.suspension().reason()));
    }
}
