package org.finetunebridge.cli;

import java.io.StringWriter;
import java.nio.file.Path;
import org.finetunebridge.simulator.FaultySandbox;
import org.finetunebridge.simulator.Simulation;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.io.TempDir;

/** Somebody at the command line, the sandbox it talks to, and a folder for what is written. */
abstract class CommandLineFixture {

    final StringWriter out = new StringWriter();
    final StringWriter err = new StringWriter();
    final Terminal terminal = new Terminal(out, err);
    final Simulation world = Simulation.empty();
    @AutoClose
    final FaultySandbox sandbox = FaultySandbox.start(world);
    @TempDir
    Path folder;
}
