package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.finetunebridge.Collector.hex;
import static org.finetunebridge.Rig.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.finetunebridge.simulator.SimulatedJob;
import org.finetunebridge.simulator.Simulation;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Traces, seen by a collector. */
class TracesIT {

    private static final String TRACEPARENT = "00-[0-9a-f]{32}-[0-9a-f]{16}-0[13]";

    @TempDir
    Path folder;

    @AutoClose
    private final Collector collector = new Collector();
    @AutoClose
    private Rig rig;

    @BeforeEach
    void start() {
        rig = new Rig(folder, Simulation.empty()).source("team-a", "dashscope").with("bridge.traces.endpoint", collector.endpoint());
    }

    @Test
    void sendsTheSpansThatItsEventsName() throws Exception {
        SimulatedJob job = rig.world.account("dashscope").create("ft-1");
        rig.once();
        job.become("RUNNING");
        rig.once();

        List<JsonNode> events = rig.events();
        assertThat(events).hasSize(2).allSatisfy(event -> {
            assertThat(event.path("traceparent").asText()).matches(TRACEPARENT);
            assertThat(collector.has(event.path("traceparent").asText())).as("%s", event).isTrue();
        });
        assertThat(String.join("", collector.sent())).contains(hex("finetune-bridge"), hex("dashscope-fetch"), hex("dashscope-jobs"))
                .doesNotContain(hex(Simulation.KEY));
    }

    @Test
    void beginsANewTraceWithEveryPollCycle() throws Exception {
        SimulatedJob job = rig.world.account("dashscope").create("ft-1");
        rig.with("team-a.period", "200ms");
        rig.watching();
        await().until(() -> rig.events().size() == 1);
        job.become("RUNNING");
        await().until(() -> rig.events().size() == 2);

        assertThat(rig.events()).extracting(event -> event.path("traceparent").asText().split("-")[1])
                .doesNotHaveDuplicates();
    }

    @Test
    void showsAProviderNothingOfItsTraces() throws Exception {
        rig.world.account("dashscope").create("ft-1");
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        var relay = new Relay(rig.sandbox.url("dashscope"));
        server.createContext("/", relay);
        server.start();
        try {
            rig.with("team-a.base-url", "http://127.0.0.1:" + server.getAddress().getPort()).once();
        } finally {
            server.stop(0);
        }

        assertThat(rig.events()).hasSize(1);
        assertThat(relay.headers()).contains("authorization").doesNotContain("traceparent", "tracestate", "baggage")
                .noneMatch(name -> name.contains("trace") || name.contains("span"));
    }

    @Test
    void publishesTheSameWhereNoCollectorAnswers() throws Exception {
        rig.world.account("dashscope").create("ft-1");
        rig.with("bridge.traces.endpoint", "http://127.0.0.1:1/v1/traces").once();

        assertThat(rig.events()).hasSize(1);
        assertThat(rig.deadLetters()).isEmpty();
    }

    @Test
    void isOffUnlessItIsTurnedOn() throws Exception {
        rig.world.account("dashscope").create("ft-1");
        rig.with("bridge.traces.endpoint", null).once();

        assertThat(rig.events()).hasSize(1).noneMatch(event -> event.has("traceparent"));
        assertThat(collector.sent()).isEmpty();
    }
}
