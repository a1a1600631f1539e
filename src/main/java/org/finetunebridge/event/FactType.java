package org.finetunebridge.event;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The kinds of fact a mapping may name, and the event type each becomes. */
public enum FactType {

    /** A job has a status it did not have before. */
    JOB_STATUS_CHANGED("job.status-changed"),
    /** A checkpoint appeared, or its export moved on. */
    CHECKPOINT_CHANGED("checkpoint.changed"),
    /** A job's log or event list grew by one. */
    LOG_APPENDED("log.appended"),
    /** A training measured something, such as its loss, at one step. */
    METRICS_RECORDED("metrics.recorded"),
    /** A job that runs showed nothing new for long. No mapping names it: time makes it. */
    JOB_STALLED("job.stalled"),
    /** A checkpoint is about to expire. No mapping names it: time makes it. */
    CHECKPOINT_EXPIRING("checkpoint.expiring"),
    /** A job exists. It is read from then on; the fact itself is never published. */
    JOB_SEEN("job.seen");

    private static final Map<String, FactType> BY_WORD =
            Arrays.stream(values()).collect(Collectors.toMap(FactType::word, Function.identity()));

    private final String word;
    private final String type;
    private final String schema;

    FactType(String word) {
        this.word = word;
        this.type = "org.finetunebridge." + word + ".v1";
        this.schema = "urn:finetunebridge:schema:" + word + ":v1";
    }

    /** The word a mapping uses, such as {@code job.status-changed}. */
    public String word() {
        return word;
    }

    /** The CloudEvents {@code type}. */
    public String type() {
        return type;
    }

    /** The CloudEvents {@code dataschema}: a name, not an address; the schema itself ships in {@code schemas/}. */
    public String schema() {
        return schema;
    }

    /** Whether time makes it, so that no record holds it. */
    public boolean isTimed() {
        return this == JOB_STALLED || this == CHECKPOINT_EXPIRING;
    }

    /** The kind of that CloudEvents {@code type}, or null if there is none. */
    public static FactType ofType(String type) {
        return Arrays.stream(values()).filter(kind -> kind.type().equals(type)).findFirst().orElse(null);
    }

    /** The kind of that word, or null if there is none. */
    static FactType of(String word) {
        return BY_WORD.get(word);
    }
}
