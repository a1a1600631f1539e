package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.finetunebridge.Rig.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.finetunebridge.simulator.Fault;
import org.finetunebridge.simulator.LoggedRequest;
import org.finetunebridge.simulator.Simulation;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A poll cycle that takes many periods: two at once would compare their pages with one state, and publish things twice. */
class LongPollCycleIT {

    private static final int JOBS = 20;

    @TempDir
    private Path folder;
    @AutoClose
    private Rig rig;

    @BeforeEach
    void start() {
        rig = new Rig(folder, Simulation.empty()).source("dashscope", "dashscope").with("dashscope.period", "20ms")
                .with("dashscope.concurrency", "1");
        rig.world.account("dashscope").finished(JOBS, 2, 0);
        rig.sandbox.faults().always("checkpoints", Fault.slow(Duration.ofMillis(20)));
    }

    @Test
    void beginsTheNextSweepWhenTheLastOneIsOver() throws Exception {
        rig.watching();

        await().until(() -> rig.sandbox.requests().matching("page_no=").size() >= 2);

        List<String> afterTheList = rig.sandbox.requests().all().stream().map(LoggedRequest::line).skip(1).limit(JOBS).toList();
        assertThat(afterTheList).as("every job is read before the list is asked again").hasSize(JOBS)
                .allMatch(line -> line.contains("/checkpoints")).doesNotHaveDuplicates();
        assertThat(rig.events()).hasSize(JOBS * 3).extracting(event -> event.path("id").asText())
                .doesNotHaveDuplicates();
    }
}
