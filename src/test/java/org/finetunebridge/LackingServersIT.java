package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.finetunebridge.polling.CycleResult;
import org.finetunebridge.simulator.Fault;
import org.finetunebridge.simulator.SimulatedJob;
import org.finetunebridge.simulator.Simulation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that speak a dialect, but lack parts of it: what is there is read, and what is not costs nothing. */
@Timeout(60)
class LackingServersIT {

    @TempDir
    private Path folder;
    private Rig rig;

    @BeforeEach
    void start() {
        rig = new Rig(folder, Instant.parse("2026-03-01T04:05:06Z")).source("gw", "openai-compatible").with("gw.concurrency", "1");
        rig.world.account("openai-compatible").finished(3, 2, 5);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {404, 405, 501})
    void areReadWithoutTheResourcesTheyDoNotHave(int status) throws Exception {
        rig.sandbox.faults().always("/events", Fault.status(status));
        rig.sandbox.faults().always("/checkpoints", Fault.status(status));
        SimulatedJob job = rig.world.account("openai-compatible").create().become("RUNNING");

        assertThat(rig.once()).containsExactly(new CycleResult(4, 0, null));
        rig.pass(Duration.ofMinutes(1));
        job.become("FAILED");
        assertThat(rig.once()).containsExactly(new CycleResult(4, 0, null));

        assertThat(rig.deadLetters()).isEmpty();
        assertThat(rig.published(job.id())).containsExactly("gw RUNNING", "gw FAILED");
        assertThat(rig.events()).hasSize(3 + 2);
        // Once in each process, and not for every job.
        assertThat(rig.sandbox.requests().matching("/events")).hasSize(2);
        assertThat(rig.sandbox.requests().matching("/checkpoints")).hasSize(2);
    }

    /** A server may answer 404 for a job that has none. */
    @Test
    void areAskedForTheOtherJobsWhereOneHasNone() throws Exception {
        List<SimulatedJob> jobs = rig.world.account("openai-compatible").jobs();
        rig.sandbox.faults().always(jobs.get(1).id() + "/events", Fault.status(404));

        rig.once();
        rig.sandbox.faults().end();
        rig.once();

        assertThat(rig.deadLetters()).isEmpty();
        assertThat(rig.events()).filteredOn(event -> event.path("data").has("message")).hasSize(3 * 5)
                .extracting(event -> event.path("id").asText()).doesNotHaveDuplicates();
    }

    /** What is not optional is missed: a list that is not there, or the job that was asked for. */
    @Test
    void areRefusedWithoutAList() throws Exception {
        rig.sandbox.faults().always("/fine_tuning/jobs[ ?]", Fault.status(404));

        assertThat(rig.once()).singleElement().satisfies(result -> assertThat(result.failed()).isPositive());
        assertThat(rig.deadLetters()).singleElement().satisfies(letter -> assertThat(letter.toString()).contains("404"));
    }

    @Test
    void areToldWhoseJobsAGatewayIsToList() throws Exception {
        rig.with("gw.custom-llm-provider", "azure");

        rig.once();

        assertThat(rig.sandbox.requests().all()).isNotEmpty().allSatisfy(request ->
                assertThat(request.line()).contains("custom_llm_provider=azure"));
        assertThat(rig.events()).map(event -> event.at("/data/status")).filteredOn(JsonNode::isTextual).hasSize(3 + 6);
    }

    /** Without paging a server sends everything, whatever it is asked for. */
    @Test
    void mayIgnoreWhatTheyAreAskedFor() throws Exception {
        rig.world.account("openai-compatible").finished(247, 0, 0);
        rig.sandbox.faults().always("/fine_tuning/jobs[ ?]", new Fault(Duration.ZERO, question ->
                question.put("limit", 1000).put("after", ""), page -> page, answer -> { }, true));

        rig.once();

        assertThat(rig.deadLetters()).isEmpty();
        assertThat(rig.events()).filteredOn(event -> event.at("/data/status").asText().equals("SUCCEEDED")).hasSize(250);
    }

    /** A provider of one's own whose list names its next page by address, with a key in the query and another in a header. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void areFollowedByTheAddressesTheyNameAtTheirOwnHostAlone(boolean elsewhere) throws Exception {
        rig.world.account("azure-openai").finished(250, 0, 0);
        rig.route("linked.properties", """
                like = openai
                base-url = https://api.example.org
                list = jobs
                key-query = api_key
                key.sign-in = !required
                header.api-key = sign-in
                """);
        rig.route("linked.camel.yaml", """
                - routeTemplate:
                    id: linked-jobs
                    from:
                      uri: direct:linked-jobs
                      steps:
                        - setHeader: {name: CamelHttpMethod, expression: {constant: {expression: GET}}}
                        - choice:
                            when:
                              - expression: {simple: {expression: "${variable.poll.cursorPath} == ''"}}
                                steps:
                                  - setHeader: {name: CamelHttpPath, expression: {constant: {expression: /openai/fine_tuning/jobs}}}
                                  - setHeader: {name: CamelHttpQuery, expression: {constant: {expression: "api-version=1&limit=100"}}}
                            otherwise:
                              steps:
                                - setHeader: {name: CamelHttpPath, expression: {simple: {expression: "${variable.poll.cursorUrl}"}}}
                        - to: {uri: "direct:linked-fetch"}
                """);
        rig.route("linked-jobs.jslt", """
                {"next": if (.has_more) .data[-1].next_page, "facts": [for (.data) {"kind": "job.status-changed", "job": .id, "key": ["SUCCEEDED"],
                  "data": {"status": "SUCCEEDED", "statusRaw": .status}, "raw": .}]}
                """);
        rig.source("linked", "linked").with("linked.base-url", rig.sandbox.url("azure-openai")).with("linked.api-key", "canary/in+the-query")
                .with("linked.sign-in", Simulation.KEY);
        String host = elsewhere ? "http://localhost:1" : rig.sandbox.url("azure-openai");
        rig.sandbox.faults().always("/openai/fine_tuning/jobs", Fault.edited(text -> text.replaceAll("\\{\"object\":\"fine_tuning.job\",\"id\":\"([^\"]+)\"",
                "{\"next_page\":\"" + host + "/openai/fine_tuning/jobs?api-version=1&limit=100&after=$1\",\"object\":\"fine_tuning.job\",\"id\":\"$1\"")));

        rig.once();

        assertThat(rig.events()).filteredOn(event -> event.at("/data/account").asText().equals("linked")).hasSize(elsewhere ? 100 : 250);
        assertThat(rig.sandbox.requests().matching("/openai/fine_tuning/jobs")).hasSize(elsewhere ? 1 : 3)
                .allSatisfy(request -> assertThat(request.line()).containsPattern("api-version=1&limit=100(&after=[^&]+)?&api_key=canary%2Fin%2Bthe-query"));
        assertThat(rig.deadLetters()).hasSize(elsewhere ? 1 : 0).allSatisfy(letter -> assertThat(letter.toString())
                .contains("the key is sent nowhere else").doesNotContain("canary"));
    }
}
