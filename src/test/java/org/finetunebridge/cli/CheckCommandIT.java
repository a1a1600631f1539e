package org.finetunebridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.finetunebridge.simulator.Fault;
import org.finetunebridge.simulator.Simulation;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What check says, to a person and to a machine. */
class CheckCommandIT extends CommandLineFixture {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String KEY = "-Ddashscope.api-key=" + Simulation.KEY;

    @BeforeEach
    void create() {
        world.account("dashscope").create("ft-1").become("RUNNING");
    }

    @Test
    void saysToAPersonWhatIsConfiguredWhatAnswersWhatWouldBePublishedAndWhatIsMissing() {
        assertThat(run(KEY)).as("%s", err).isZero();

        assertThat(out.toString().lines()).contains("dashscope.api-key = ***", "Events go to file:", "Missing:",
                        "  minimax.api-key is not set (nor MINIMAX_API_KEY): this source is off",
                        "Every source answers. Nothing was written.")
                .anyMatch(line -> line.matches("dashscope \\(dashscope at http.*\\) answers after \\d+ ms\\. .* 1 event:"))
                .anyMatch(line -> line.startsWith("{\"specversion\"") && line.contains("\"status\":\"RUNNING\""));
        assertThat(out + "" + err).doesNotContain(Simulation.KEY);
        assertThat(folder).isEmptyDirectory();
        assertThat(sandbox.requests().all()).hasSize(1);
    }

    @Test
    void saysToAMachineTheSameInOneObject() throws IOException {
        assertThat(run(KEY, "--json")).as("%s", err).isZero();

        JsonNode json = JSON.readTree(out.toString());
        assertThat(json.fieldNames()).toIterable().containsExactly("ok", "exit", "configuration", "sink", "sources",
                "missing", "problems");
        assertThat(json.path("ok").booleanValue()).isTrue();
        assertThat(json.path("exit").intValue()).isZero();
        assertThat(json.at("/configuration/dashscope.api-key").asText()).isEqualTo("***");
        assertThat(json.at("/configuration/dashscope.base-url").asText()).isEqualTo(sandbox.url());
        assertThat(json.at("/sink/kind").asText()).isEqualTo("file");
        assertThat(json.at("/sink/places/file.directory").asText()).isEqualTo(folder.resolve("events").toString());
        JsonNode on = json.at("/sources/0");
        assertThat(on.fieldNames()).toIterable().containsExactly("name", "on", "provider", "baseUrl", "answers",
                "millis", "events", "deadLetters");
        assertThat(on.path("answers").booleanValue()).isTrue();
        assertThat(on.at("/events/0/subject").asText()).isEqualTo("ft-1");
        assertThat(on.at("/events/0/data/status").asText()).isEqualTo("RUNNING");
        assertThat(json.at("/sources/1")).isEqualTo(JSON.createObjectNode().put("name", "minimax").put("on", false));
        assertThat(json.at("/missing/0").asText()).startsWith("minimax.api-key is not set");
        assertThat(json.path("problems")).isEmpty();
        assertThat(out.toString()).doesNotContain(Simulation.KEY);
    }

    /** There is no server that everybody means, no account that all have, and no secret that names itself. */
    @ParameterizedTest
    @CsvSource({"openai-compatible, base-url", "fireworks, account", "qianfan, access-key"})
    void exitsWithTwoWithoutWhatAProviderCannotBeAskedWithout(String provider, String key) {
        for (String verb : List.of("check", "once")) {
            assertThat(terminal.type(Stream.concat(Terminal.within(folder).stream(), Stream.of(verb, "-Dbridge.sources=team",
                    "-Dteam.provider=" + provider, "-Dteam.api-key=sk-team")))).isEqualTo(2);
            assertThat(err.toString()).contains("team." + key + " is not set");
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void exitsWithOneIfASourceAnswersWithAnErrorAndAsksTheOthersAllTheSame() throws IOException {
        assertThat(run(KEY, "--json", "-Dbridge.sources=refused,dashscope", "-Drefused.provider=dashscope",
                "-Drefused.api-key=sk-wrong", "-Drefused.base-url=" + sandbox.url())).isOne();

        JsonNode json = JSON.readTree(out.toString());
        assertThat(json.path("ok").booleanValue()).isFalse();
        assertThat(json.path("exit").intValue()).isOne();
        JsonNode rejected = json.at("/sources/0");
        assertThat(rejected.path("answers").booleanValue()).isFalse();
        assertThat(rejected.path("failure").fieldNames()).toIterable().containsExactly("means", "message", "httpStatus",
                "code", "requestId");
        assertThat(rejected.at("/failure/means").asText()).isEqualTo("source");
        assertThat(rejected.at("/failure/httpStatus").intValue()).isEqualTo(401);
        assertThat(rejected.at("/failure/code").asText()).isEqualTo("InvalidApiKey");
        assertThat(json.at("/sources/1/answers").booleanValue()).isTrue();
        assertThat(out.toString()).doesNotContain("sk-wrong");
    }

    @Test
    void saysTheSameToAPersonIfASourceAnswersWithAnError() {
        sandbox.faults().always(".*", Fault.html(200));
        assertThat(run(KEY)).isOne();
        assertThat(out.toString()).contains("does not answer as it should: ", "1 of 1 sources do not answer");
    }

    @Test
    void exitsWithTwoIfTheConfigurationIsWrongAndSaysEveryProblem() throws IOException {
        assertThat(run(KEY, "--json", "-Ddashscope.perod=1s", "-Dbridge.sink=tape")).isEqualTo(2);

        JsonNode json = JSON.readTree(out.toString());
        assertThat(json.fieldNames()).toIterable().containsExactly("ok", "exit", "problems");
        assertThat(json.path("exit").intValue()).isEqualTo(2);
        assertThat(json.path("problems")).extracting(JsonNode::asText).containsExactly(
                "dashscope.perod = ***: no such key; did you mean dashscope.period?",
                "bridge.sink = tape: allowed are file, kafka");
        assertThat(sandbox.requests().all()).isEmpty();
    }

    @Test
    void showsARecordThatCouldNotBeReadAsTheDeadLetterItWouldBe() throws IOException {
        sandbox.faults().always(".*fine-tunes\\?.*", Fault.edited(text -> text.replace("\"ft-1\"", "[\"ft-1\"]")));
        assertThat(run(KEY, "--json")).isOne();
        assertThat(JSON.readTree(out.toString()).at("/sources/0/deadLetters/0/data/stage").asText()).isEqualTo("normalize");
    }

    @Test
    void printsToAPersonTheDeadLettersThatWouldBeWritten() {
        sandbox.faults().always(".*fine-tunes\\?.*", Fault.edited(text -> text.replace("\"ft-1\"", "[\"ft-1\"]")));
        assertThat(run(KEY)).isOne();
        assertThat(out.toString()).contains("would be 0 events and 1 dead letter:", "\"stage\":\"normalize\"",
                "1 record would be dead-lettered. Nothing was written.");
    }

    @Test
    void masksEveryKeyThatMayHoldASecretAndAsksNobodyAboutThem() throws IOException {
        run(KEY, "--json", "-Dbridge.kafka.client.sasl.jaas.config=hush", "-Dbridge.kafka.client.ssl.key.location=hush",
                "-Dminimax.api-key=hush", "-Dminimax.base-url=http://127.0.0.1:1");
        assertThat(out + "" + err).doesNotContain("hush");
        assertThat(JSON.readTree(out.toString()).at("/configuration/bridge.kafka.client.sasl.jaas.config").asText())
                .isEqualTo("***");
    }

    @Test
    void keepsTheValueOfAMisspeltKeyOfCamelsToItself() throws IOException {
        assertThat(run(KEY, "--json", "-Dcamel.vault.aws.secretKy=hush")).isEqualTo(2);
        assertThat(out + "" + err).doesNotContain("hush", "Exception").contains("camel.vault.aws.secretKy = ***: ");
    }

    @Test
    void writesTheWholeEnvelopeWhereKafkaWouldCarryItApart() throws IOException {
        assertThat(run(KEY, "--json", "-Dbridge.sink=kafka", "-Dbridge.kafka.content-mode=binary",
                "-Dbridge.kafka.brokers=127.0.0.1:1", "-Dbridge.kafka.client.default.api.timeout.ms=500")).isOne();
        JsonNode json = JSON.readTree(out.toString());
        assertThat(json.at("/sources/0/events/0/specversion").asText()).isEqualTo("1.0");
        assertThat(json.at("/sources/0/events/0/data/status").asText()).isEqualTo("RUNNING");
        assertThat(json.at("/sink/places/kafka.topic").asText()).isEqualTo("finetune.events");
        assertThat(json.at("/sink/problems")).singleElement().asString().contains("127.0.0.1:1");
    }

    @Test
    void saysToAPersonThatNoBrokerAnswers() {
        assertThat(run(KEY, "-Dbridge.sink=kafka", "-Dbridge.kafka.brokers=127.0.0.1:1",
                "-Dbridge.kafka.client.default.api.timeout.ms=500")).isOne();
        assertThat(out.toString()).contains("127.0.0.1:1", "The sink cannot be written").doesNotContain("Exception");
    }

    @Test
    void saysSoIfAPlaceCannotBeWritten() throws IOException {
        Path device = Files.createSymbolicLink(folder.resolve("device"), Path.of("/dev/null"));
        assertThat(run(KEY, "--json", "-Dbridge.state.directory=" + device.resolve("state"))).isOne();
        assertThat(JSON.readTree(out.toString()).at("/sink/problems")).hasSize(1);
        assertThat(JSON.readTree(out.toString()).path("missing")).extracting(JsonNode::asText)
                .anyMatch(line -> line.startsWith("bridge.state.directory = ") && line.contains("cannot be written"));
    }

    @Test
    void sendsNoCollectorAnything() throws IOException {
        assertThat(run(KEY, "--json", "-Dbridge.traces.endpoint=" + sandbox.url() + "/v1/traces")).isZero();
        assertThat(sandbox.requests().all()).hasSize(1);
        assertThat(JSON.readTree(out.toString()).at("/sources/0/events/0").has("traceparent")).isFalse();
    }

    @Test
    void keepsEveryLetterInWhateverCharacterSetTheOutputIs() throws IOException {
        sandbox.faults().always(".*", Fault.edited(text -> text.replaceAll("\"model\":\"[^\"]*\"", "\"model\":\"微调🎈\"")));
        assertThat(run(KEY, "--json")).isZero();
        assertThat(out.toString()).matches("\\p{ASCII}+");
        assertThat(JSON.readTree(out.toString()).at("/sources/0/events/0/data").toString()).contains("微调🎈");
    }

    private int run(String... more) {
        return terminal.type(Stream.of(List.of("check", "-Ddashscope.base-url=" + sandbox.url()), Terminal.within(folder),
                List.of(more)).flatMap(List::stream));
    }
}
