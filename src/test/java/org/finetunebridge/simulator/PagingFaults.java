package org.finetunebridge.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Correct answers from lists that change while they are read. */
public final class PagingFaults {

    private static final List<String> LISTS = List.of("items", "events", "checkpoints");

    private PagingFaults() {
    }

    /** Something happens between an answer and the request for the next page. */
    public static Fault meanwhile(Runnable happens) {
        return changing(page -> {
            happens.run();
            return page;
        });
    }

    /** Every page but the first begins with the last records of the one before, so many. */
    public static Fault overlapping(int records) {
        return asking(question -> question.put("overlap", records));
    }

    /** Records of the same time, or of none, come in another order every time. */
    public static Fault shuffled(long seed) {
        Random chance = new Random(seed);
        return changing(page -> {
            lists(page).forEach(list -> shuffle(list, chance));
            return page;
        });
    }

    /** Log lines are listed from the other end. */
    public static Fault turned() {
        return asking(PagingFaults::turn).and(changing(page -> {
            if (page.path("events") instanceof ArrayNode embedded) {
                List<JsonNode> events = records(embedded);
                Collections.reverse(events);
                embedded.removeAll().addAll(events);
            }
            return page;
        }));
    }

    private static ObjectNode turn(ObjectNode question) {
        boolean newestFirst = question.path("newestFirst").asBoolean();
        long offset = question.path("offset").asLong();
        question.put("newestFirst", !newestFirst);
        if (newestFirst && question.has("before")) {
            question.put("offset", question.remove("before").asLong() + 1);
        } else if (!newestFirst && offset > 0) {
            question.put("before", offset - 1);
        }
        return question;
    }

    private static void shuffle(ArrayNode list, Random chance) {
        List<JsonNode> records = records(list);
        Comparator<JsonNode> order = Comparator.comparingLong(record -> record.path("at").asLong());
        boolean newestFirst = records.size() > 1 && order.compare(records.get(0), records.get(records.size() - 1)) > 0;
        synchronized (chance) {
            Collections.shuffle(records, chance);
        }
        records.sort(newestFirst ? order.reversed() : order);
        list.removeAll().addAll(records);
    }

    private static List<JsonNode> records(ArrayNode list) {
        List<JsonNode> records = new ArrayList<>();
        list.forEach(records::add);
        return records;
    }

    private static Stream<ArrayNode> lists(ObjectNode page) {
        return LISTS.stream().map(page::path).filter(ArrayNode.class::isInstance).map(ArrayNode.class::cast);
    }

    private static Fault asking(UnaryOperator<ObjectNode> query) {
        return new Fault(Duration.ZERO, query, page -> page, answer -> { }, true);
    }

    private static Fault changing(UnaryOperator<ObjectNode> page) {
        return new Fault(Duration.ZERO, page, answer -> { }, true);
    }
}
