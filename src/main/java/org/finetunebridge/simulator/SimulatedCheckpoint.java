package org.finetunebridge.simulator;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.time.Instant;

/** A checkpoint and the course of its export. */
record SimulatedCheckpoint(String name, long step, StatusTimeline course) {

    boolean existsAt(Instant now) {
        return course.at(now) != null;
    }

    void describe(ArrayNode items, Instant now) {
        items.addObject().put("name", name).put("step", step).put("status", course.at(now).status())
                .put("createdAt", course.began().toEpochMilli());
    }
}
