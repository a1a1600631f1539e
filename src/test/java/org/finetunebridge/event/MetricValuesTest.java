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
