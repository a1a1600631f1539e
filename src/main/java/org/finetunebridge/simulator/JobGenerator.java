package org.finetunebridge.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes up jobs as a provider's customers would: ids, models and hyper-parameters come from its {@code -cast.jslt}. */
final class JobGenerator {

    private final String mapping;
    private final ResponseRenderer renderer;
    private final AtomicInteger count = new AtomicInteger();

    JobGenerator(String provider, ResponseRenderer renderer) {
        this.mapping = provider + "-cast";
        this.renderer = renderer;
    }

    /** The next job's unchanging facts; {@code checkpoints} holds the name and step of each it will reach. */
    ObjectNode next(Instant createdAt, int checkpoints) {
        ObjectNode wanted = JsonNodeFactory.instance.objectNode();
        wanted.put("n", count.getAndIncrement()).put("createdAt", createdAt.toEpochMilli());
        ArrayNode numbers = wanted.putArray("checkpoints");
        for (int i = 1; i <= checkpoints; i++) {
            numbers.add(i);
        }
        JsonNode card = renderer.render(mapping, wanted);
        return (ObjectNode) card;
    }
}
