package org.finetunebridge.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A list that grows at its end, and the ways a provider may answer for it. */
final class GrowingList {

    /** One line of it. {@code bad} has no message, and so no fact. */
    record Line(long time, String text, boolean bad) {

        /** What makes two lines the same fact. */
        String name() {
            return time + " " + text;
        }
    }

    /** How a provider understands a position. */
    enum Manner {
        /** As we assume: the lines from that position on. */
        BY_POSITION,
        /** The position is that of the last line known. */
        AFTER_POSITION,
        /** Everything, whatever is asked. */
        WHOLE,
        /** The first page, whatever is asked. */
        FIRST_PAGE;

        List<Line> show(List<Line> all, int from, int limit) {
            return switch (this) {
                case BY_POSITION -> slice(all, from, limit);
                case AFTER_POSITION -> slice(all, from + 1, limit);
                case WHOLE -> slice(all, 0, all.size());
                case FIRST_PAGE -> slice(all, 0, limit);
            };
        }
    }

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final List<Line> lines = new ArrayList<>();
    private final Set<String> shown = new LinkedHashSet<>();
    private final int limit;
    private Manner manner = Manner.BY_POSITION;
    private Boolean more;
    private Runnable beforeAnswer = () -> { };
    private long clock = 1_772_000_000_000L;
    private int count;

    GrowingList(int limit) {
        this.limit = limit;
    }

    /** From now on the provider answers so. */
    GrowingList answers(Manner how) {
        manner = how;
        return this;
    }

    /** Says for ever whether there is more, true or not; null for the truth. */
    GrowingList saysMore(Boolean always) {
        more = always;
        return this;
    }

    /** Something that happens while a page is asked for. */
    void beforeAnswer(Runnable happens) {
        beforeAnswer = happens;
    }

    /** A new line, unlike any other, so many milliseconds after the one before. */
    void append(int later, boolean bad) {
        clock += later;
        lines.add(new Line(clock, "line " + count++ + (bad ? " bad" : ""), bad));
    }

    List<Line> lines() {
        return lines;
    }

    /** Names of the good lines the provider has ever shown, in the order of their showing. */
    Set<String> shown() {
        return shown;
    }

    JsonNode answer(PollTask poll) {
        beforeAnswer.run();
        int from = Integer.parseInt(poll.getCursorPath());
        List<Line> page = manner.show(lines, from, limit);
        page.stream().filter(line -> !line.bad()).forEach(line -> shown.add(line.name()));
        boolean last = page.isEmpty() || page.get(page.size() - 1) == lines.get(lines.size() - 1);
        ObjectNode mapped = NODES.objectNode().put("more", more == null ? !last : more);
        page.forEach(line -> mapped.withArray("facts").add(fact(line, poll.getJob())));
        return mapped;
    }

    private static ObjectNode fact(Line line, String job) {
        ObjectNode fact = NODES.objectNode().put("kind", "log.appended").put("job", job).put("time", line.time());
        fact.putArray("key").add(line.time()).add(line.text());
        fact.putObject("data").put(line.bad() ? "massage" : "message", line.name());
        return fact.put("raw", line.name());
    }

    private static List<Line> slice(List<Line> all, int from, int limit) {
        int start = Math.min(Math.max(0, from), all.size());
        return List.copyOf(all.subList(start, Math.min(all.size(), start + limit)));
    }
}
