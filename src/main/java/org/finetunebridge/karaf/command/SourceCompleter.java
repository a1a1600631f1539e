package org.finetunebridge.karaf.command;

import java.util.List;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.support.completers.StringsCompleter;
import org.finetunebridge.karaf.BridgeSupervisor;

/** The names of the sources that are on. */
@Service
public final class SourceCompleter implements Completer {

    @Reference
    private BridgeSupervisor supervisor;

    @Override
    public int complete(Session session, CommandLine line, List<String> candidates) {
        var names = new StringsCompleter();
        supervisor.bridge().ifPresent(bridge -> bridge.settings().sources()
                .forEach(source -> names.getStrings().add(source.name())));
        return names.complete(session, line, candidates);
    }
}
