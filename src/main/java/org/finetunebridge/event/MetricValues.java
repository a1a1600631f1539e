package org.finetunebridge.event;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What a training measured, under names that are the same for all providers. Values that are no numbers at all are left
 * out; NaN and the infinities, which JSON does not have, are listed by name.
 */
final class MetricValues {

    /** Where a measurement is read from. */
    static final Set<String> ORIGINS = Set.of("event", "log", "checkpoint", "result-file");

    /** By the words of the name as received, in lower case and joined: {@code eval/mean_token_accuracy} is evalmeantokenaccuracy. */
    private static final Map<String, String> NAMES = names(Map.of(
            "trainLoss", "loss trainloss trainingloss",
            "validationLoss", "validloss valloss validationloss evalloss evaluationloss",
            "trainTokenAccuracy", "trainmeantokenaccuracy traintokenaccuracy trainingtokenaccuracy meantokenaccuracy "
                    + "tokenaccuracy tokenacc traintokenacc",
            "validationTokenAccuracy", "validmeantokenaccuracy validationmeantokenaccuracy evalmeantokenaccuracy "
                    + "validtokenaccuracy validationtokenaccuracy evaltokenaccuracy evaltokenacc",
            "learningRate", "lr learningrate trainlearningrate",
            "gradientNorm", "gradnorm gradientnorm traingradnorm"));
    private static final Set<String> NO_METRICS = Set.of("step", "epoch", "globalStep", "totalSteps", "maxSteps");
    private static final Pattern BETWEEN_WORDS = Pattern.compile("[^\\p{L}\\p{N}]+|(?<=[\\p{Ll}\\p{N}])(?=\\p{Lu})");
    private static final Pattern NUMBER = Pattern.compile("[-+]?(\\d{1,40}[.]?\\d{0,40}|[.]\\d{1,40})([eE][-+]?\\d{1,3})?");
    private static final Pattern NOT_FINITE = Pattern.compile("[-+]?(nan|inf|infinity)");
    private static final Pattern OF_VALIDATION = Pattern.compile("valid|eval|fullValid");
    private static final Pattern OF_TRAINING = Pattern.compile("train|learningRate|gradientNorm");
    private static final String VALIDATION = "validation";
    private static final int LONGEST_NAME = 100;
    private static final int LONGEST_NUMBER = 100;
    /** Digits. */
    private static final int LONGEST_STEP = 18;

    private MetricValues() {}

    /** The data of an event: {@code step}, {@code epoch}, {@code values}, {@code origin}, {@code notFinite}. */
    static ObjectNode data(JsonNode received) {
        ObjectNode data = JsonNodeFactory.instance.objectNode();
        Long step = step(received);
        if (step != null) {
            data.put("step", step);
        }
        BigDecimal epoch = number(received.path("epoch"));
        if (epoch != null && epoch.signum() >= 0) {
            data.set("epoch", DecimalNode.valueOf(epoch));
        }
        ObjectNode values = JsonNodeFactory.instance.objectNode();
        Set<String> notFinite = new TreeSet<>();
        received.path("values").properties().forEach(value -> add(name(value.getKey()), value.getValue(), values, notFinite));
        data.set("values", values);
        data.set("origin", received.path("origin"));
        if (!notFinite.isEmpty()) {
            notFinite.forEach(data.putArray("notFinite")::add);
        }
        return data;
    }

    /**
     * Where the losses of training and of validation are printed one after the other, a step has two records: that of the
     * validation is told apart.
     */
    static JsonNode key(JsonNode key, ObjectNode data) {
        return isOfValidation(data) ? JsonNodeFactory.instance.arrayNode().addAll((ArrayNode) key).add(VALIDATION) : key;
    }

    /** Whether an event or a line shows what was measured in validation, and nothing of the training itself. */
    static boolean isOfValidation(JsonNode data) {
        boolean printed = "event".equals(data.path("origin").asText()) || "log".equals(data.path("origin").asText());
        List<String> names = new ArrayList<>();
        data.path("values").fieldNames().forEachRemaining(names::add);
        data.path("notFinite").forEach(name -> names.add(name.asText()));
        return printed && names.stream().anyMatch(name -> OF_VALIDATION.matcher(name).lookingAt())
                && names.stream().noneMatch(name -> OF_TRAINING.matcher(name).lookingAt());
    }

    /** A whole number that is not negative; null if there is none. */
    static Long step(JsonNode received) {
        BigDecimal step = number(received.path("step"));
        return step != null && step.signum() >= 0 && step.precision() - step.scale() <= LONGEST_STEP
                && step.stripTrailingZeros().scale() <= 0 ? step.longValue() : null;
    }

    /** Of two names of one thing, the first that has a value counts. */
    private static void add(String name, JsonNode value, ObjectNode values, Set<String> notFinite) {
        if (name.isEmpty() || NO_METRICS.contains(name) || values.has(name) || notFinite.contains(name)) {
            return;
        }
        BigDecimal number = number(value);
        if (number != null) {
            values.set(name, value.isNumber() ? value : DecimalNode.valueOf(number));
        } else if (value.isNumber() && !JsonWriter.isFinite(value)
                || value.isTextual() && value.textValue().length() <= LONGEST_NUMBER
                && NOT_FINITE.matcher(value.textValue().strip().toLowerCase(Locale.ROOT)).matches()) {
            notFinite.add(name);
        }
    }

    /** Of a number, or of a text that is one; null for anything else. */
    private static BigDecimal number(JsonNode value) {
        if (value.isNumber()) {
            return JsonWriter.isFinite(value) ? value.decimalValue() : null;
        }
        String text = value.isTextual() && value.textValue().length() <= LONGEST_NUMBER ? value.textValue().strip() : "";
        return NUMBER.matcher(text).matches() ? new BigDecimal(text) : null;
    }

    /** Ours if we have one for it; else the provider's, in camel case. */
    static String name(String received) {
        String[] words = BETWEEN_WORDS.split(received.length() > LONGEST_NAME ? received.substring(0, LONGEST_NAME) : received);
        var joined = new StringBuilder();
        var camel = new StringBuilder();
        for (String word : words) {
            String lower = word.toLowerCase(Locale.ROOT);
            joined.append(lower);
            camel.append(camel.isEmpty() ? lower : word.isEmpty() ? "" : word.substring(0, 1).toUpperCase(Locale.ROOT) + lower.substring(1));
        }
        return NAMES.getOrDefault(joined.toString(), camel.toString());
    }

    private static Map<String, String> names(Map<String, String> ours) {
        Map<String, String> names = new TreeMap<>();
        ours.forEach((name, received) -> {
            for (String one : received.split(" ")) {
                names.put(one, name);
            }
        });
        return names;
    }
}
