package org.finetunebridge.cli;

import java.util.Locale;
import picocli.CommandLine;

/** Starts the bridge as a plain process. */
public final class Application {

    private Application() {}

    /** See {@code --help}. */
    public static void main(String[] arguments) {
        // JSLT's upper and lower case, among others, would follow the language of the machine.
        Locale.setDefault(Locale.ROOT);
        System.exit(BridgeCommand.commandLine().execute(arguments));
    }
}
