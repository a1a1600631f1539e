package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.finetunebridge.Rig.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.simulator.Fault;
import org.finetunebridge.simulator.Simulation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A key in a file that is replaced while the bridge runs, as a mounted secret is. */
@Timeout(60)
class KeyRotationIT {

    @TempDir
    private Path folder;
    private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
    private Path key;
    private Rig rig;

    @BeforeEach
    void start() throws Exception {
        key = Files.writeString(folder.resolve("api-key"), "sk-old\n");
        rig = new Rig(folder, Simulation.empty()).clock(Rig.ahead(ahead)).source("dashscope", "dashscope")
                .with("dashscope.api-key", "{{file:" + key + "}}").with("dashscope.period", "50ms");
        rig.world.account("dashscope", "sk-old").create("ft-1");
        rig.world.account("dashscope", "sk-new").create("ft-1").become("RUNNING");
    }

    @AfterEach
    void close() {
        rig.close();
    }

    /** The key names the file, or another key that does. */
    @ParameterizedTest
    @ValueSource(strings = {"{{file:%s}}", "{{ file:%s }}", "{{secrets.dashscope}}"})
    void isReadAnewWhenTheOldOneIsRefused(String written) throws Exception {
        rig.with("dashscope.api-key", String.format(written, key)).with("secrets.dashscope", "{{file:" + key + "}}");
        try (Bridge bridge = rig.watching()) {
            await().until(() -> rig.published("ft-1").contains("dashscope PENDING"));
            Files.writeString(key, "sk-new\n");
            assertThat(rig.sandbox.requests().of("sk-new")).as("while the old one is good").isEmpty();
            rig.sandbox.faults().of("sk-old").always(".", Fault.status(401));

            await().until(() -> rig.published("ft-1").contains("dashscope RUNNING"));
            assertThat(bridge.pollers().get(0).suspension()).isNull();
            int refused = rig.sandbox.requests().of("sk-old").size();
            int good = rig.sandbox.requests().of("sk-new").size();
            await().until(() -> rig.sandbox.requests().of("sk-new").size() > good + 3);
            assertThat(rig.sandbox.requests().of("sk-old")).as("once the new one is known").hasSize(refused);
        }
        assertThat(rig.deadLetters()).isEmpty();
    }

    /** The file is replaced only after the refusal: the account is suspended, and read again at the end of its wait. */
    @Test
    void isReadAnewWhenASuspensionEnds() throws Exception {
        try (Bridge bridge = rig.watching()) {
            await().until(() -> rig.published("ft-1").contains("dashscope PENDING"));
            rig.sandbox.faults().of("sk-old").always(".", Fault.status(401));
            await().until(() -> bridge.pollers().get(0).suspension() != null);
            Files.writeString(key, "sk-new\n");
            ahead.set(Duration.ofHours(2));

            await().until(() -> rig.published("ft-1").contains("dashscope RUNNING"));
            await().until(() -> bridge.pollers().get(0).suspension() == null);
        }
        assertThat(rig.deadLetters()).hasSize(1);
    }

    /** A key that no header may carry, or none, is not taken: the old one is refused, and no secret shows. */
    @Test
    void isNotTakenIfItCannotBeUsed() throws Exception {
        try (Bridge bridge = rig.watching()) {
            await().until(() -> rig.published("ft-1").contains("dashscope PENDING"));
            Files.writeString(key, "sk new\nwith a line");
            rig.sandbox.faults().of("sk-old").always(".", Fault.status(401));

            await().until(() -> bridge.pollers().get(0).suspension() != null);
            assertThat(bridge.pollers().get(0).suspension().reason()).contains("401").doesNotContain("sk new");
        }
        assertThat(rig.sandbox.requests().of("sk-new")).isEmpty();
    }
}
