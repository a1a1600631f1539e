package org.finetunebridge.karaf.command;

import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code finetune:replay}. */
@Service
@Command(scope = "finetune", name = "replay", description = "Publishes dead letters again (not in this version).")
public final class ReplayCommand implements Action {

    @Override
    public Object execute() {
        System.out.println("This version cannot replay yet: its dead letters stay where finetune:dead-letters finds them.");
        return null;
    }
}
