package org.finetunebridge;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.opentest4j.TestAbortedException;

/** Programs that a test uses where they are installed. */
public final class InstalledProgram {

    private InstalledProgram() {}

    /**
     * The program of this name on the PATH. Where there is none the test is skipped, and that is printed.
     *
     * @param skipped what is not tested without it
     */
    public static Path require(String name, String skipped) {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .map(folder -> Path.of(folder, name)).filter(Files::isExecutable).findFirst()
                .orElseThrow(() -> skip(name + " is not installed", skipped));
    }

    /** Prints that something is not tested, and returns what to throw. */
    public static TestAbortedException skip(String reason, String skipped) {
        System.out.println("SKIPPED, because " + reason + ": " + skipped);
        return new TestAbortedException(reason);
    }
}
