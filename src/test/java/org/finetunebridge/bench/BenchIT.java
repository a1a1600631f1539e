package org.finetunebridge.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.finetunebridge.TextFiles.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.tools.ToolProvider;
import org.finetunebridge.ClassArchive;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The benchmark in small, so that it still runs when somebody wants its figures. Says nothing about speed. With Kafka, as it
 * needs both; {@code -Dsinks=file,kafka} for each.
 */
class BenchIT {

    private static final Path SOURCES = Path.of("bench").toAbsolutePath();
    private static final Path JAR = Path.of("target/finetune-bridge.jar").toAbsolutePath();
    private static final String CLASSES = System.getProperty("java.class.path");

    private static final List<String> SINKS = List.of(System.getProperty("sinks", "kafka").split(","));

    /** Of JVMs that live for seconds. */
    private static final List<String> QUICK = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

    @TempDir
    private static Path classes;
    @TempDir
    private Path folder;
    private Process process;

    /** With what it started: a killed benchmark takes its children with it only if it may end by itself. */
    @AfterEach
    void close() {
        if (process != null) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    @Test
    void publishesTheSameEventsAsTheHandWrittenLoopAndPrintsARatioForEachSink() throws Exception {
        List<String> arguments = new ArrayList<>(SINKS);
        arguments.addAll(List.of("--runs", "1", "--scale", "0.004", "--java-options",
                String.join(" ", QUICK) + ' ' + String.join(" ", ClassArchive.ofBridge())));

        String published = run(arguments.toArray(String[]::new));

        assertThat(published).contains(" sink: 2 MiniMax jobs x 1000 events, 8 DashScope jobs x 10 checkpoints")
                .containsPattern("(?s)" + "every run published the same 2,\\d{3} events.*ratio, bridge to loop: .*".repeat(SINKS.size()));
        try (var left = Files.list(folder.resolve("work"))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void saysWhatItCanMeasureWhenAskedForSomethingElse() throws Exception {
        assertThat(run("files")).contains("file, kafka, connect, scale, start, steady, history, staleness");
        assertThat(process.exitValue()).isEqualTo(2);
    }

    @BeforeAll
    static void compile() throws IOException {
        List<String> arguments = new ArrayList<>(List.of("-proc:none", "-d", classes.toString(), "-cp", CLASSES));
        try (var sources = Files.list(SOURCES)) {
            sources.map(Path::toString).filter(file -> file.endsWith(".java")).forEach(arguments::add);
        }
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new))).isZero();
    }

    private String run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(QUICK);
        command.addAll(List.of("-Dbench.jar=" + JAR, "-Dbench.sources=" + SOURCES, "-Dbench.directory=" + folder.resolve("work"),
                "-cp", classes + java.io.File.pathSeparator + CLASSES, "Bench"));
        command.addAll(List.of(arguments));
        Path output = folder.resolve("output");
        process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
        boolean ended = process.waitFor(10, TimeUnit.MINUTES);
        String published = text(output);
        assertThat(ended).as(published).isTrue();
        return published;
    }
}
