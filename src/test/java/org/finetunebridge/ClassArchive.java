package org.finetunebridge;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The classes of a program that tests start again and again, as its JVM read them the first time: later ones start with
 * a third less processor time. Made once for a classpath, by whoever of the test JVMs comes first; the others start without
 * it until it is there. A program whose archive cannot be made starts without.
 */
public final class ClassArchive {

    private static final Path DIRECTORY = Path.of("target", "class-archives").toAbsolutePath();
    private static final Path JAR = Path.of("target", "finetune-bridge.jar").toAbsolutePath();
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Map<String, List<String>> OPTIONS = new HashMap<>();

    private ClassArchive() {}

    /** A run of a program that loads what is to be archived, and ends by SIGTERM. */
    public interface Warmup {

        /** Starts it with these options of the JVM, in an empty folder. */
        Process start(List<String> options, Path folder) throws IOException;

        /** Whether it has loaded what is to be archived. */
        boolean isWarm(Path folder) throws IOException;
    }

    /** The options for the JVM of the bridge, if its classpath begins with the packed jar. */
    public static List<String> ofBridge() {
        return options("bridge", JAR.toString(), new Warmup() {
            @Override
            public Process start(List<String> options, Path folder) throws IOException {
                return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", options.get(0), options.get(1), "-jar", JAR.toString(),
                        "demo", "-D", "bridge.http.port=0").directory(folder.toFile()).redirectErrorStream(true)
                        .redirectOutput(folder.resolve("out").toFile()).start();
            }

            @Override
            public boolean isWarm(Path folder) throws IOException {
                return Files.readString(folder.resolve("out")).contains(" checkpoint ");
            }
        });
    }

    /**
     * The options for the JVM of a program.
     *
     * @param name      of the program, a part of a file name
     * @param classpath jars that every run of it begins with; directories cannot be archived
     */
    public static synchronized List<String> options(String name, String classpath, Warmup warmup) {
        List<String> known = OPTIONS.get(name + classpath);
        if (known != null) {
            return known;
        }
        try {
            List<String> options = made(DIRECTORY.resolve(name + "-" + fingerprint(classpath) + ".jsa"), warmup);
            if (options == null) {
                return List.of();
            }
            OPTIONS.put(name + classpath, options);
            return options;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Null while another test JVM makes it. */
    private static List<String> made(Path archive, Warmup warmup) throws IOException {
        Files.createDirectories(DIRECTORY);
        Path tried = archive.resolveSibling(archive.getFileName() + ".tried");
        try (FileChannel file = FileChannel.open(tried, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = file.tryLock()) {
            if (lock == null) {
                return null;
            }
            if (file.size() == 0) {
                make(archive, warmup);
                file.write(ByteBuffer.wrap(new byte[] {'1'}));
            }
        }
        return Files.exists(archive) ? List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:cds*=off") : List.of();
    }

    private static void make(Path archive, Warmup warmup) throws IOException {
        Path folder = Files.createTempDirectory(DIRECTORY, "warmup");
        Process process = warmup.start(List.of("-XX:ArchiveClassesAtExit=" + archive, "-Xlog:cds*=off"), folder);
        try {
            await().atMost(PATIENCE).until(() -> warmup.isWarm(folder) || !process.isAlive());
            process.destroy();
            process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            process.destroyForcibly();
        }
    }

    /** Of the same jars, unchanged. */
    private static String fingerprint(String classpath) throws IOException {
        int hash = Runtime.version().toString().hashCode();
        for (String jar : classpath.split(File.pathSeparator)) {
            Path path = Path.of(jar);
            hash = 31 * hash + Arrays.hashCode(new Object[] {jar, Files.size(path), Files.getLastModifiedTime(path).toMillis()});
        }
        return Integer.toHexString(hash);
    }
}
