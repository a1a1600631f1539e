package org.finetunebridge.karaf.command;

import java.util.concurrent.ExecutionException;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.finetunebridge.karaf.BridgeSupervisor;

/** {@code finetune:replay}. */
@Service
@Command(scope = "finetune", name = "replay", description = "Publishes the dead letters again: records by today's"
        + " mappings, failed requests by asking again. Polling pauses meanwhile.")
public final class DeadLetterReplayCommand implements Action {

    @Reference
    private BridgeSupervisor supervisor;

    @Override
    public Object execute() throws InterruptedException {
        try {
            System.out.println(supervisor.replay().get());
        } catch (ExecutionException e) {
            System.out.println(e.getCause().getMessage());
        }
        return null;
    }
}
