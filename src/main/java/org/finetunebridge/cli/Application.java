package org.finetunebridge.cli;

import java.util.Locale;

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
            code = BridgeCommand.commandLine(shutdown).execute(arguments);
        } catch (Throwable e) {
            // Without this, an error such as OutOfMemoryError would look like a signal to the shutdown hook.
            e.printStackTrace();
        }
        shutdown.exit(code);
    }
}
