import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** A process that is measured. None outlives the benchmark. */
final class Child implements AutoCloseable {

    private static final Set<Process> ALL = ConcurrentHashMap.newKeySet();
    private static final int SAMPLE = 20;

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> ALL.forEach(Process::destroyForcibly)));
    }

    private final Process process;
    private final Path output;
    private final long began = System.currentTimeMillis();
    private volatile Duration cpu = Duration.ZERO;

    /** @param directory it works in */
    Child(Path directory, String name, List<String> command) {
        output = directory.resolve(name + ".out");
        try {
            Files.createDirectories(directory);
            var builder = new ProcessBuilder(command).directory(directory.toFile())
                    .redirectOutput(output.toFile()).redirectError(directory.resolve(name + ".err").toFile());
            // Keys of the bridge in the environment win over its file: nobody's real account is to be asked.
            builder.environment().keySet().removeIf(key -> key.matches("(DASHSCOPE|MINIMAX|BRIDGE)_.*"));
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ALL.add(process);
    }

    /** The command of the JVM that runs the benchmark. */
    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** When it was started, epoch milliseconds. */
    long began() {
        return began;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Waits for its end. @return when that was, epoch milliseconds */
    long end(Duration atMost) {
        long last = System.nanoTime() + atMost.toNanos();
        try {
            while (!process.waitFor(SAMPLE, TimeUnit.MILLISECONDS)) {
                cpu();
                if (System.nanoTime() > last) {
                    throw new IllegalStateException("not done after " + atMost + ", see " + output);
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        long end = System.currentTimeMillis();
        if (process.exitValue() != 0) {
            throw new IllegalStateException("ended with " + process.exitValue() + ", see " + output);
        }
        return end;
    }

    /** Seconds of processor time so far; of an ended process up to its last {@value #SAMPLE} ms. */
    double cpu() {
        process.info().totalCpuDuration().ifPresent(now -> cpu = now);
        return cpu.toNanos() / 1e9;
    }

    /** Waits, or until it ends. */
    void pause(Duration time) {
        try {
            process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Resident memory, MB. */
    double memory() {
        try {
            Process ps = new ProcessBuilder("ps", "-o", "rss=", "-p", Long.toString(process.pid())).start();
            return Long.parseLong(new String(ps.getInputStream().readAllBytes()).strip()) / 1024.0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The first line of its output, as soon as it is there. */
    String firstLine() {
        try {
            while (Files.size(output) == 0 || !Files.readString(output).contains("\n")) {
                if (process.waitFor(SAMPLE, TimeUnit.MILLISECONDS)) {
                    throw new IllegalStateException("ended too soon, see " + output);
                }
            }
            return Files.readString(output).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        ALL.remove(process);
    }
}
