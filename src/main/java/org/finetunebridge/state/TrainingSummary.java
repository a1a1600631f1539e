package org.finetunebridge.state;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import org.finetunebridge.event.Fact;

/**
 * What is kept of a job that runs, for the event that tells its end: since when it waited and trained, its losses, its best
 * checkpoint. Immutable; of one size, however long the job trains.
 *
 * @param waits    since when it is known to wait, UTC; null if it was never seen waiting
 * @param trains   since when it is known to train, UTC; null if nobody knows
 * @param train    the losses of the training; null if none was measured
 * @param valid    those of the validation; null if none was measured
 * @param best     the checkpoint with the lowest loss of validation; null if none has one
 * @param diverges whether the last loss of the training was NaN or infinite
 */
public record TrainingSummary(Instant waits, Instant trains, Losses train, Losses valid, Best best, boolean diverges) {

    /** Nothing is known. */
    public static final TrainingSummary NONE = new TrainingSummary(null, null, null, null, null, false);
    private static final int LONGEST_NAME = 256;

    /**
     * The losses of a training, or of its validation.
     *
     * @param last     the one of the highest step
     * @param lastStep its step; -1 if it has none
     * @param best     the lowest
     * @param bestStep its step; -1 if it has none
     */
    public record Losses(double last, long lastStep, double best, long bestStep) {

        private static Losses after(Losses before, double loss, long step) {
            if (before == null) {
                return new Losses(loss, step, loss, step);
            }
            boolean isLater = step < 0 || step >= before.lastStep;
            boolean isBetter = loss < before.best;
            return new Losses(isLater ? loss : before.last, isLater ? step : before.lastStep,
                    isBetter ? loss : before.best, isBetter ? step : before.bestStep);
        }

        private ObjectNode json() {
            ObjectNode json = JsonNodeFactory.instance.objectNode().put("last", last);
            if (lastStep >= 0) {
                json.put("lastStep", lastStep);
            }
            json.put("best", best);
            return bestStep < 0 ? json : json.put("bestStep", bestStep);
        }
    }

    /**
     * A checkpoint.
     *
     * @param name  its name
     * @param step  -1 if it has none
     * @param loss  of its validation
     * @param model what can be deployed of it; null if nothing can, as far as is known
     */
    public record Best(String name, long step, double loss, String model) {}

    /**
     * After a fact was published.
     *
     * @param at         when it happened, or else when it was seen, UTC
     * @param previous   the status before, if the fact is a status; may be null
     * @param checkpoint the checkpoint that the metrics are of; null if they are of none
     */
    public TrainingSummary after(Fact fact, Instant at, String previous, Fact checkpoint) {
        return switch (fact.kind()) {
            case JOB_STATUS_CHANGED -> afterStatus(fact, at, previous);
            case METRICS_RECORDED -> afterMetrics(fact.data(), checkpoint);
            default -> this;
        };
    }

    /** Of a job that is first seen when it trains already, nobody knows since when, unless the provider says it. */
    private TrainingSummary afterStatus(Fact fact, Instant at, String previous) {
        if (fact.isEnding()) {
            return NONE;
        }
        boolean isWaiting = "PENDING".equals(fact.status()) || "QUEUED".equals(fact.status());
        boolean begins = "RUNNING".equals(fact.status()) && trains == null && (previous != null || fact.time() != null);
        return new TrainingSummary(isWaiting && waits == null && trains == null ? at : waits, begins ? at : trains, train, valid,
                best, diverges);
    }

    private TrainingSummary afterMetrics(JsonNode data, Fact checkpoint) {
        JsonNode values = data.path("values");
        // The mean of a training, as trainers print it at their end, is not its last loss.
        if (values.has("trainRuntime")) {
            return this;
        }
        long step = data.path("step").asLong(-1);
        Losses training = values.has("trainLoss") ? Losses.after(train, values.path("trainLoss").asDouble(), step) : train;
        JsonNode validation = values.has("fullValidLoss") ? values.path("fullValidLoss") : values.path("validationLoss");
        Losses validating = validation.isNumber() ? Losses.after(valid, validation.asDouble(), step) : valid;
        boolean isBest = checkpoint != null && validation.isNumber() && (best == null || validation.asDouble() < best.loss);
        boolean isLost = false;
        for (JsonNode name : data.path("notFinite")) {
            isLost |= name.asText().equals("trainLoss");
        }
        return new TrainingSummary(waits, trains, training, validating, isBest ? best(checkpoint, validation.asDouble()) : best,
                isLost || diverges && !values.has("trainLoss"));
    }

    private static Best best(Fact checkpoint, double loss) {
        JsonNode data = checkpoint.data();
        String model = data.path("outputModel").asText("");
        return new Best(cut(data.path("checkpoint").asText()), data.path("step").asLong(-1), loss, model.isEmpty() ? null : cut(model));
    }

    private static String cut(String text) {
        return text.length() <= LONGEST_NAME ? text : text.substring(0, LONGEST_NAME);
    }

    /**
     * What the event of the end says; null if there is nothing to say.
     *
     * @param created when the job was created, as the end says; may be null
     * @param started when it began to train, as the end says; may be null
     * @param ended   when it ended, or else when that was seen
     */
    public JsonNode json(Instant created, Instant started, Instant ended) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        Instant waited = created != null ? created : waits;
        Instant trained = started != null ? started : trains;
        duration(json, "queueSeconds", waited, trained);
        duration(json, "trainingSeconds", trained, ended);
        if (train != null) {
            json.set("trainLoss", train.json());
        }
        if (valid != null) {
            json.set("validationLoss", valid.json());
        }
        if (diverges) {
            json.put("diverged", true);
        }
        if (best != null) {
            ObjectNode checkpoint = json.putObject("bestCheckpoint").put("checkpoint", best.name);
            if (best.step >= 0) {
                checkpoint.put("step", best.step);
            }
            checkpoint.put("validationLoss", best.loss);
            if (best.model != null) {
                checkpoint.put("outputModel", best.model);
            }
        }
        return json.isEmpty() ? null : json;
    }

    /** Clocks of two machines may differ: a time that runs back is none. */
    private static void duration(ObjectNode json, String name, Instant from, Instant to) {
        if (from != null && to != null && !to.isBefore(from)) {
            json.put(name, Duration.between(from, to).toSeconds());
        }
    }
}
