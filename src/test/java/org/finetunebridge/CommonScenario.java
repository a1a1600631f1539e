package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.finetunebridge.simulator.Simulation;

/** What is published the same, to the byte, by the process, in Karaf and in Kafka Connect: each is compared with the process. */
public final class CommonScenario {

    public static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");
    /** So many events at least. */
    public static final int EVENTS = 30;

    private CommonScenario() {}

    /** Two accounts, in which nothing happens any more. */
    public static Simulation world() {
        Simulation world = Simulation.at(() -> NOW);
        world.account("dashscope").finished(12, 2, 0).create().become("RUNNING").checkpoint("checkpoint-7", 7, "READY");
        world.account("minimax").finished(3, 0, 5).create().become("FAILED");
        return world;
    }

    /**
     * Of every event its data, by its id, byte for byte but for what names the moment and the request it was seen in.
     *
     * @param envelopes events in structured mode
     */
    public static Map<String, String> data(List<String> envelopes) {
        Map<String, String> data = new TreeMap<>();
        for (String line : envelopes) {
            String before = data.put(Ndjson.json(line).path("id").asText(), line.substring(line.indexOf("\"data\":"))
                    .replaceAll("\"(observedAt|requestId)\":\"[^\"]*\"", ""));
            assertThat(before).as("published twice: " + line).isNull();
        }
        return data;
    }
}
