package org.finetunebridge.sink.kafka;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.finetunebridge.ClassArchive;

/** The bridge as users run it: a process of its own, in an empty working directory. */
public final class BridgeProcess implements AutoCloseable {

    /** The packed jar, as users start it; behind it what tests put between the bridge and a broker. */
    private static final String CLASSPATH = Path.of("target", "finetune-bridge.jar").toAbsolutePath() + File.pathSeparator
            + Path.of("target", "test-classes").toAbsolutePath();

    private final Process process;
    private final Path output;

    private BridgeProcess(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    public static BridgeProcess start(String verb, Map<String, String> keys, Path directory) {
        return start(verb, keys, directory, List.of(), List.of());
    }

    /** With something before the command, such as a limit, and further options for the JVM; the verb may be several words. */
    public static BridgeProcess start(String verb, Map<String, String> keys, Path directory, List<String> before,
            List<String> options) {
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.addAll(ClassArchive.ofBridge());
        command.addAll(options);
        command.addAll(List.of("-cp", CLASSPATH, "org.finetunebridge.cli.Application"));
        command.addAll(List.of(verb.split(" ")));
        keys.forEach((key, value) -> command.addAll(List.of("-D", key + '=' + value)));
        try {
            Path output = Files.createTempFile(directory, "bridge", ".log");
            return new BridgeProcess(new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true)
                    .redirectOutput(output.toFile()).start(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for its end; its exit code, or null if it has not ended by then. */
    public Integer exit(Duration patience) {
        try {
            return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS) ? process.exitValue() : null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    public long pid() {
        return process.pid();
    }

    /** SIGTERM. */
    public void stop() {
        process.destroy();
    }

    /** What it wrote to its outputs. */
    public String output() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SIGKILL. */
    @Override
    public void close() {
        process.destroyForcibly();
        exit(Duration.ofSeconds(30));
    }
}
