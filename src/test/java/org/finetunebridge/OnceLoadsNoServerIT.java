package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.finetunebridge.cli.Application;
import org.finetunebridge.simulator.Sandbox;
import org.finetunebridge.simulator.Simulation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is not used costs nothing: a process of its own, and the list of the classes it loaded. */
class OnceLoadsNoServerIT {

    /** But for a dozen small types that Camel's converters name. */
    private static final Pattern NEEDLESS = Pattern.compile("(io\\.vertx\\.(core\\.(impl|http|eventbus)|ext)"
            + "|io\\.netty\\.(channel|bootstrap|handler)|io\\.micrometer|io\\.prometheus|io\\.opentelemetry"
            + "|org\\.apache\\.kafka|org\\.finetunebridge\\.observability)\\..*"
            + "|java\\.net\\.ServerSocket|sun\\.nio\\.ch\\.ServerSocket.*");

    @TempDir
    private Path folder;

    @Test
    void norTracesNorKafkaAndListensOnNothing() throws Exception {
        Simulation world = Simulation.empty();
        world.account("dashscope").finished(2, 1, 0);
        Path classes = folder.resolve("classes");
        try (Sandbox sandbox = Sandbox.start(world)) {
            assertThat(once(sandbox, "-Xlog:class+load:file=" + classes)).isZero();
        }
        try (Stream<String> lines = Files.lines(classes)) {
            List<String> loaded = lines.map(line -> line.replaceFirst(".*] ", "").replaceFirst(" source: .*", "")).toList();
            assertThat(loaded).as("the log of classes").contains("org.finetunebridge.polling.SourcePoller");
            assertThat(loaded.stream().filter(NEEDLESS.asMatchPredicate())).isEmpty();
        }
    }

    private int once(Sandbox sandbox, String log) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), log,
                "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path"), Application.class.getName(),
                "once", "-Ddashscope.api-key=" + Simulation.KEY, "-Ddashscope.base-url=" + sandbox.url())
                .directory(folder.toFile()).redirectErrorStream(true)
                .redirectOutput(folder.resolve("out").toFile()).start();
        try {
            assertThat(process.waitFor(90, TimeUnit.SECONDS)).isTrue();
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }
}
