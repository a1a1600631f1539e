package org.finetunebridge.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.finetunebridge.text.LogSanitizer;

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
            String problem = problemOfWorkingDirectory();
            if (problem != null) {
                System.err.println(problem);
                shutdown.exit(BridgeCommand.MISCONFIGURED);
                return;
            }
            var preloader = StartupPreloader.start(arguments);
            BridgeCommand line = BridgeCommand.commandLine(shutdown);
            preloader.awaitLog();
            code = line.execute(arguments);
        } catch (Throwable e) {
            // Without this, an error such as OutOfMemoryError would look like a signal to the shutdown hook.
            e.printStackTrace();
        }
        shutdown.exit(code);
    }

    /**
     * Before anything else: in a locale without a character of its name, files in the directory would be missed, and written to
     * another one. Null if it is found.
     */
    private static String problemOfWorkingDirectory() throws IOException {
        Path directory = Path.of("").toAbsolutePath();
        Path real = Path.of("/proc/self/cwd");
        if (Files.isDirectory(directory) && (!Files.exists(real) || Files.isSameFile(directory, real))) {
            return null;
        }
        return "the working directory is not found by its name, " + LogSanitizer.line(directory.toString()) + ": it is gone, or this"
                + " process has a locale that cannot write the name. Set LC_ALL=C.UTF-8, or start in another directory";
    }
}
