package org.finetunebridge.cli;

import java.util.Locale;
import picocli.CommandLine;

/** Starts the bridge as a plain process. */
public final class Application {

    private Application() {}

    /** See {@code --help}. */
    public static void main(String[] arguments) {
        var shutdown = new ProcessShutdown();
        shutdown.install(arguments);
        // JSLT's upper and lower case, among others, would follow the language of the machine.
        Locale.setDefault(Locale.ROOT);
        int code = BridgeCommand.FAILED;
        try {
            var preloader = StartupPreloader.start(arguments);
            CommandLine line = BridgeCommand.commandLine(shutdown);
            preloader.awaitLog();
            code = line.execute(arguments);
        } catch (Throwable e) {
            // Without this, an error such as OutOfMemoryError would look like a signal to the shutdown hook.
            e.printStackTrace();
        }
        shutdown.exit(code);
    }
}
