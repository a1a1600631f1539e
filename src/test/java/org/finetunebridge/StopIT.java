package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.finetunebridge.Rig.await;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.simulator.Fault;
import org.finetunebridge.simulator.SimulatedJob;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bridge is stopped while a provider does not answer. */
class StopIT {

    @TempDir
    private Path folder;

    @Test
    void endsAtOnceThoughAnAnswerIsAwaitedAndLosesNothing() throws Exception {
        try (var rig = new Rig(folder, Instant.parse("2026-03-01T00:00:00Z"))) {
            rig.source("acme", "dashscope").with("acme.period", "50ms");
            SimulatedJob job = rig.world.account("dashscope").create().become("RUNNING");
            Bridge bridge = rig.watching();
            await().until(() -> !rig.published(job.id()).isEmpty());
            rig.sandbox.faults().always(".*checkpoints.*", Fault.slow(Duration.ofSeconds(30)));
            job.checkpoint("checkpoint-1", 1, "READY");
            await().until(() -> rig.sandbox.faults().met() > 0);

            long began = System.nanoTime();
            bridge.close();

            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
            assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
                    .noneMatch(name -> name.startsWith("poll-worker"));
            rig.sandbox.faults().end();
            rig.once();
            assertThat(rig.published(job.id())).hasSize(2).doesNotHaveDuplicates();
            assertThat(rig.deadLetters()).isEmpty();
        }
    }
}
