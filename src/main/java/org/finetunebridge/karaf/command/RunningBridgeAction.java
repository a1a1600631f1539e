package org.finetunebridge.karaf.command;

import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.karaf.BridgeSupervisor;

/** A command that shows something of the bridge that runs, or says why none does. */
abstract class RunningBridgeAction implements Action {

    @Reference
    private BridgeSupervisor supervisor;

    @Override
    public final Object execute() {
        supervisor.bridge().ifPresentOrElse(this::show,
                () -> System.out.println("Nothing is polled: " + supervisor.reason()));
        return null;
    }

    /** Prints to the shell. */
    abstract void show(Bridge bridge);
}
