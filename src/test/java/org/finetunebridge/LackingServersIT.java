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
}
