package org.finetunebridge.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MetricValuesTest {

    private static final JsonMapper JSON = JsonMapper.builder().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

    @ParameterizedTest
    @CsvSource({"loss, trainLoss", "train_loss, trainLoss", "train/loss, trainLoss", "valid_loss, validationLoss",
            "eval_loss, validationLoss", "full_valid_loss, fullValidLoss", "train_mean_token_accuracy, trainTokenAccuracy",
            "valid_mean_token_accuracy, validationTokenAccuracy", "eval_token_acc, validationTokenAccuracy",
            "lr, learningRate", "learning_rate, learningRate", "grad_norm, gradientNorm", "trainLoss, trainLoss",
            "memory(GiB), memoryGiB", "BLEU-4, bleu4", "eval_samples_per_second, evalSamplesPerSecond", "___, ''"})
    void hasOneNameForEachThingThatIsMeasured(String received, String name) {
        assertThat(MetricValues.name(received)).isEqualTo(name);
    }

    @Test
    void keepsNumbersAsTheyAreAndNamesWhatIsNotFinite() throws Exception {
        JsonNode data = data("""
                {"step": 12, "epoch": 0.5, "origin": "event", "values": {"step": 12, "total_steps": 90, "loss": NaN,
                 "eval_loss": "1.50", "lr": 1.6E-5, "grad_norm": "-inf", "reward": "+Infinity", "percentage": "13 %",
                 "done": true, "list": [1], "train_loss": 0.5, "none": null}}""");

        assertThat(data).isEqualTo(JSON.readTree("""
                {"step": 12, "epoch": 0.5, "values": {"validationLoss": 1.50, "learningRate": 1.6E-5}, "origin": "event",
                 "notFinite": ["gradientNorm", "reward", "trainLoss"]}"""));
    }

    @ParameterizedTest
    @CsvSource({"1.0, 1", "'\"7\"', 7", "-1,", "0.5,", "1e30,", "NaN,", "null,", "'\"x\"',", "[],", "999999999999999999, 999999999999999999"})
    void takesWholeNumbersForSteps(String received, Long step) throws Exception {
        JsonNode data = data("{\"step\": %s, \"values\": {\"loss\": 1}, \"origin\": \"log\"}".formatted(received));
        assertThat(data.has("step") ? data.get("step").longValue() : null).isEqualTo(step);
    }

    @Test
    void takesWhatIsAsLongAsItMayBe() throws Exception {
        String number = " ".repeat(99) + '1';
        JsonNode data = data("{\"epoch\": 0, \"origin\": \"log\", \"values\": {\"loss\": \"%s\", \"reward\": \"%s\", \"score\": \"%s\", \"rate\": \"%s\"}}"
                .formatted(number, ' ' + number, " ".repeat(97) + "nan", " ".repeat(98) + "nan"));
        assertThat(data.path("epoch").isNumber()).isTrue();
        assertThat(data.path("values").fieldNames()).toIterable().containsExactly("trainLoss");
        assertThat(data.path("notFinite")).isEqualTo(JSON.readTree("[\"score\"]"));
    }

    /** A line of training that shows a loss of validation besides is one of training. */
    @ParameterizedTest
    @CsvSource({"event, valid_loss, true", "log, valid_loss, true", "checkpoint, valid_loss, false", "event, train_loss, false",
        "event, reward, false"})
    void tellsALineOfValidationApart(String origin, String name, boolean validation) throws Exception {
        JsonNode data = data("{\"origin\": \"%s\", \"values\": {\"%s\": 1}}".formatted(origin, name));
        assertThat(MetricValues.isOfValidation(data)).isEqualTo(validation);
        JsonNode both = data("{\"origin\": \"%s\", \"values\": {\"%s\": NaN, \"train_loss\": 1}}".formatted(origin, name));
        assertThat(MetricValues.isOfValidation(both)).isFalse();
    }

    @Test
    void isNotHeldUpByWhatAHostileProviderSends() throws Exception {
        String digits = "9".repeat(1_000_000);
        JsonNode data = JSON.valueToTree(Map.of("origin", "log", "step", digits, "epoch", digits,
                "values", Map.of("a".repeat(1_000_000), 1, "loss", digits, "lr", "1e999")));
        JsonNode read = MetricValues.data(data);
        assertThat(read.has("step") || read.has("epoch")).isFalse();
        assertThat(read.path("values").toString().length()).isLessThan(2_000);
    }

    private static JsonNode data(String text) throws Exception {
        return JSON.readTree(MetricValues.data(JSON.readTree(text)).toString());
    }
}
