package org.finetunebridge.simulator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class SandboxIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String JOBS = "/api/v1/fine-tunes";
    private static final HttpClient CLIENT = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-03-01T04:05:06Z"));
    private final Simulation world = Simulation.at(now::get);
    private final SimulatedAccount dashscope = world.account("dashscope");
    private final SimulatedAccount minimax = world.account("minimax");
    @AutoClose
    private final FaultySandbox sandbox = FaultySandbox.start(world);

    // DashScope

    @Test
    void listsJobsNewestFirstPageByPage() throws Exception {
        dashscope.finished(25, 1, 0);

        JsonNode second = json(get(JOBS + "?page_no=2&page_size=10")).path("output");
        assertThat(second.path("page_no").asInt()).isEqualTo(2);
        assertThat(second.path("page_size").asInt()).isEqualTo(10);
        assertThat(second.path("total").asInt()).isEqualTo(25);
        assertThat(second.path("jobs").findValuesAsText("job_id"))
                .containsExactlyElementsOf(dashscope.jobs().stream().map(SimulatedJob::id).toList().subList(10, 20));
        assertThat(json(get(JOBS + "?page_no=3")).path("output").path("jobs")).hasSize(5);
        assertThat(json(get(JOBS + "?page_no=4")).path("output").path("jobs")).isEmpty();
        assertThat(json(get(JOBS + "?page_size=500")).path("output").path("page_size").asInt()).isEqualTo(100);
    }

    @Test
    void writesTimesByTheClockOfBeijingAndRatesAsTextOrNumber() throws Exception {
        dashscope.finished(3, 0, 0);

        JsonNode jobs = json(get(JOBS)).path("output").path("jobs");
        JsonNode oldest = jobs.get(2);
        assertThat(oldest.path("create_time").asText()).isEqualTo("2025-06-01 08:00:00");
        assertThat(oldest.path("end_time").asText()).isEqualTo("2025-06-01 08:17:33");
        assertThat(oldest.path("job_id").asText()).matches("ft-202506010800-[0-9a-f]{4}");
        assertThat(oldest.at("/hyper_parameters/learning_rate").isTextual()).isTrue();
        assertThat(jobs.get(0).at("/hyper_parameters/learning_rate").isNumber()).isTrue();
        assertThat(jobs.get(0).path("validation_file_ids").isArray()).isTrue();
    }

    @Test
    void showsOneJobWithItsCheckpoints() throws Exception {
        SimulatedJob job = dashscope.finished(1, 3, 0).jobs().get(0);

        JsonNode answer = json(get(JOBS + "/" + job.id()));
        assertThat(answer.at("/output/status").asText()).isEqualTo("SUCCEEDED");
        assertThat(answer.path("request_id").asText()).isNotEmpty();
        JsonNode checkpoints = json(get(JOBS + "/" + job.id() + "/checkpoints")).path("output");
        assertThat(checkpoints.findValuesAsText("checkpoint"))
                .containsExactly("checkpoint-300", "checkpoint-200", "checkpoint-100");
        assertThat(checkpoints.findValuesAsText("status")).containsExactly("SUCCEEDED", "PENDING", "PENDING");
        assertThat(checkpoints.at("/0/create_time").asText()).isEqualTo("2025-06-01T08:17:33");
        assertThat(checkpoints.at("/0/model_name").asText()).isEqualTo(answer.at("/output/finetuned_output").asText());
    }

    @Test
    void readsALogFromAnOffset() throws Exception {
        SimulatedJob job = dashscope.finished(1, 0, 250).jobs().get(0);
        job.publish("INFO", " Fine-tune succeeded!");

        JsonNode log = json(get(JOBS + "/" + job.id() + "/logs?offset=249&line=10")).path("output");
        assertThat(log.path("total").asInt()).isEqualTo(251);
        assertThat(log.path("logs")).extracting(JsonNode::asText)
                .containsExactly("2025-06-01 08:04:09,000 - INFO - finetune-job succeeded", " Fine-tune succeeded!");
        assertThat(json(get(JOBS + "/" + job.id() + "/logs")).at("/output/logs")).hasSize(100);
    }

    @Test
    void refusesAWrongKeyAndAnUnknownJobByStatus() throws Exception {
        HttpResponse<byte[]> rejected = send(request(JOBS).setHeader("Authorization", "Bearer sk-wrong"));
        assertThat(rejected.statusCode()).isEqualTo(401);
        assertThat(json(rejected).path("code").asText()).isEqualTo("InvalidApiKey");

        HttpResponse<byte[]> unknown = get(JOBS + "/ft-unknown/checkpoints");
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(json(unknown).path("code").asText()).isEqualTo("NotFound");
    }

    // MiniMax

    @Test
    void listsEventsOldestFirstFromAnOrdinal() throws Exception {
        SimulatedJob job = minimax.finished(1, 0, 205).jobs().get(0);

        JsonNode first = events(job.id(), "0");
        assertThat(first.path("event_list")).hasSize(100);
        assertThat(first.path("has_more").asBoolean()).isTrue();
        assertThat(first.path("event_list").findValuesAsText("id")).containsOnly(job.id());
        JsonNode created = first.path("event_list").get(0);
        assertThat(created.path("created_at").asLong()).isEqualTo(job.event(0).at().toEpochMilli());
        assertThat(created.path("level").asText()).isEqualTo("info");
        assertThat(said(created)).isEqualTo(Map.of("job_id", job.id(), "status", "created",
                "last_work_time", created.path("created_at").asLong() - 4, "model_id", ""));

        JsonNode last = events(job.id(), "200");
        assertThat(last.path("event_list")).hasSize(5);
        assertThat(last.path("has_more").asBoolean()).isFalse();
        assertThat(said(last.at("/event_list/4")).get("status")).isEqualTo("success");
        assertThat(events(job.id(), "205").path("event_list")).isEmpty();
    }

    @Test
    void listsJobsAfterAnId() throws Exception {
        minimax.finished(3, 0, 1);
        List<String> ids = minimax.jobs().stream().map(SimulatedJob::id).toList();

        JsonNode first = json(post("/v1/list_finetune_job", "{\"limit\":2}"));
        assertThat(first.path("job_list").findValuesAsText("id")).containsExactly(ids.get(0), ids.get(1));
        assertThat(first.path("has_more").asBoolean()).isTrue();
        JsonNode rest = json(post("/v1/list_finetune_job", "{\"limit\":2,\"after\":\"" + ids.get(1) + "\"}"));
        assertThat(rest.path("job_list").findValuesAsText("id")).containsExactly(ids.get(2));
        assertThat(rest.path("has_more").asBoolean()).isFalse();
    }

    @Test
    void refusesWithHttp200() throws Exception {
        minimax.group("g1").finished(1, 0, 1);
        String id = minimax.jobs().get(0).id();

        assertThat(code(events(id, "0"))).isEqualTo(1004);
        assertThat(code(events("1", "0", "g1"))).isEqualTo(2013);
        assertThat(code(events(id, "0", "g1"))).isZero();
        HttpResponse<byte[]> keyless = send(HttpRequest.newBuilder(URI.create(sandbox.url() + "/v1/list_finetune_job"))
                .POST(HttpRequest.BodyPublishers.ofString("{\"limit\":1}")));
        assertThat(keyless.statusCode()).isEqualTo(200);
        assertThat(code(json(keyless))).isEqualTo(1004);
        assertThat(sandbox.requests().all()).extracting(LoggedRequest::authorized).containsExactly(true, true, true, false);
    }

    // the world

    @Test
    void letsAJobLiveByTheTestsClock() throws Exception {
        SimulatedJob job = minimax.create();
        now.updateAndGet(before -> before.plusSeconds(60));
        job.become("RUNNING").checkpoint("checkpoint-100", 100, "AVAILABLE_NOT_EXPORTED").publish("WARN", "not {json");
        now.updateAndGet(before -> before.plusSeconds(60));
        job.checkpoint("checkpoint-100", 100, "READY").become("SUCCEEDED");

        JsonNode published = events(job.id(), "0").path("event_list");
        assertThat(published.findValuesAsText("created_at")).containsExactly(
                "1772337906000", "1772337966000", "1772337966000", "1772338026000");
        assertThat(published.at("/2/message").asText()).isEqualTo("not {json");
        assertThat(ExpectedFacts.visible(world)).hasEntrySatisfying(job.id(), all -> {
            assertThat(all.statuses()).containsExactly("SUCCEEDED");
            assertThat(all.checkpoints()).isEqualTo(Map.of("checkpoint-100", Set.of("READY")));
        });
    }

    @Test
    void recordsTheFactsOfReadableResponsesOnly() throws Exception {
        SimulatedJob job = dashscope.create();
        get(JOBS);
        job.become("RUNNING");
        sandbox.faults().times(2, "GET " + JOBS, Fault.truncated());
        get(JOBS);
        job.become("CANCELLED").checkpoint("checkpoint-100", 100, "READY").publish("INFO", "bye");
        get(JOBS + "/" + job.id() + "/checkpoints");

        assertThat(sandbox.served()).isEqualTo(Map.of(job.id(), new ExpectedFacts(Set.of("PENDING"), Map.of(), sandbox.served()
                .get(job.id()).events())));
        Stream.of("", "/checkpoints", "/logs?offset=1").forEach(part -> get(JOBS + "/" + job.id() + part));
        ExpectedFacts published = sandbox.served().get(job.id());
        assertThat(published.statuses()).containsExactlyInAnyOrder("PENDING", "CANCELLED");
        assertThat(published.checkpoints()).isEqualTo(Map.of("checkpoint-100", Set.of("READY")));
        assertThat(published.events().stream()).containsExactly(1, 2, 3);
    }

    @Test
    void keepsAccountsApart() throws Exception {
        world.account("dashscope", "sk-other").finished(1, 0, 0);
        dashscope.finished(2, 0, 0);

        HttpResponse<byte[]> other = send(request(JOBS).setHeader("Authorization", "Bearer sk-other"));
        assertThat(json(other).at("/output/total").asInt()).isEqualTo(1);
        assertThat(json(get(JOBS)).at("/output/total").asInt()).isEqualTo(2);
    }

    @Test
    void goesOnForEverInTheDemo() throws Exception {
        try (FaultySandbox demo = FaultySandbox.start(Simulation.demo(6000))) {
            HttpRequest list = request(JOBS).uri(URI.create(demo.url() + JOBS)).build();
            int atFirst = total(list);
            assertThat(atFirst).isGreaterThanOrEqualTo(6);
            await().pollInterval(Duration.ofMillis(50)).until(() -> total(list) > atFirst + 3);
        }
    }

    @Test
    void carriesTenThousandJobsAndAHundredThousandEvents() throws Exception {
        dashscope.finished(10_000, 10, 0);
        SimulatedJob talkative = minimax.finished(1, 0, 100_000).jobs().get(0);

        JsonNode last = json(get(JOBS + "?page_no=100&page_size=100")).path("output");
        assertThat(last.path("jobs")).hasSize(100);
        assertThat(last.path("total").asInt()).isEqualTo(10_000);
        assertThat(events(talkative.id(), "99950").path("event_list")).hasSize(50);
    }

    // faults

    @Test
    void refusesWithAStatusAsOftenAsTold() {
        sandbox.faults().times(2, "GET " + JOBS, Fault.status(429).header("Retry-After", "3"));

        HttpResponse<byte[]> throttled = get(JOBS);
        assertThat(throttled.statusCode()).isEqualTo(429);
        assertThat(throttled.headers().firstValue("Retry-After")).contains("3");
        assertThat(new String(throttled.body(), UTF_8)).contains("\"code\":\"Throttling\"");
        assertThat(get(JOBS).statusCode()).isEqualTo(429);
        assertThat(get(JOBS).statusCode()).isEqualTo(200);
    }

    @Test
    void refusesInTheProvidersOwnWay() throws Exception {
        sandbox.faults().always("list_finetune", Fault.problem("too-many"));
        sandbox.faults().always(JOBS, Fault.problem("job-limit"));

        HttpResponse<byte[]> minimaxSays = post("/v1/list_finetune_job", "{\"limit\":1}");
        assertThat(minimaxSays.statusCode()).isEqualTo(200);
        assertThat(code(json(minimaxSays))).isEqualTo(1002);
        HttpResponse<byte[]> dashscopeSays = get(JOBS);
        assertThat(dashscopeSays.statusCode()).isEqualTo(429);
        assertThat(json(dashscopeSays).path("message").asText()).contains("Only 20 fine-tune job");
        sandbox.faults().end();
        assertThat(get(JOBS).statusCode()).isEqualTo(200);
    }

    @Test
    void matchesTheBodyToo() throws Exception {
        minimax.finished(2, 0, 1);
        String id = minimax.jobs().get(1).id();
        sandbox.faults().always("POST /v1/list_finetune_event.*" + id, Fault.problem("1039"));

        assertThat(code(events(minimax.jobs().get(0).id(), "0"))).isZero();
        assertThat(code(events(id, "0"))).isEqualTo(1039);
    }

    @Test
    void strikesByChanceTheSameWayForTheSameSeed() {
        sandbox.faults().sometimes(0.5, 42, ".", Fault.status(500));
        List<Integer> once = IntStream.range(0, 20).map(i -> get(JOBS).statusCode()).boxed().toList();
        sandbox.faults().end();
        sandbox.faults().sometimes(0.5, 42, ".", Fault.status(500));

        assertThat(IntStream.range(0, 20).map(i -> get(JOBS).statusCode()).boxed().toList()).isEqualTo(once);
        assertThat(once).contains(200, 500);
    }

    @Test
    void answersLate() {
        sandbox.faults().times(1, JOBS, Fault.slow(Duration.ofMillis(300)));

        long start = System.nanoTime();
        assertThat(get(JOBS).statusCode()).isEqualTo(200);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(300));
    }

    @Test
    void answersWithBodiesThatAreNotTheAnswer() throws Exception {
        dashscope.finished(10, 0, 0);
        String right = new String(get(JOBS).body(), UTF_8);

        HttpResponse<byte[]> html = meeting(Fault.html(200));
        assertThat(html.headers().firstValue("Content-Type")).contains("text/html");
        assertThat(new String(html.body(), UTF_8)).startsWith("<html>");
        assertThat(meeting(Fault.html(502)).statusCode()).isEqualTo(502);
        byte[] truncated = meeting(Fault.truncated()).body();
        assertThat(truncated).hasSize(right.length() / 2);
        assertThat(new String(truncated, UTF_8)).startsWith("{\"request_id\"");
        assertThat(meeting(Fault.empty()).body()).isEmpty();
        assertThat(meeting(Fault.garbage()).body()).contains(0xff);
        HttpResponse<byte[]> body = meeting(Fault.body(418, "{\"tea\":true}"));
        assertThat(body.statusCode()).isEqualTo(418);
        assertThat(json(body).path("tea").asBoolean()).isTrue();
        assertThat(json(meeting(Fault.huge(20_000_000))).path("x").asText()).hasSize(20_000_000 - 8);
    }

    @Test
    void editsTheAnswer() throws Exception {
        dashscope.create("ft-mine");

        assertThat(json(meeting(Fault.edited(text -> text.replace("\"PENDING\"", "7")))).at("/output/jobs/0/status"))
                .isEqualTo(JSON.readTree("7"));
        assertThat(json(get(JOBS + "/ft-mine")).at("/output/status").asText()).isEqualTo("PENDING");
        dashscope.forget(dashscope.create("ft-mine"));
        assertThat(get(JOBS + "/ft-mine").statusCode()).isEqualTo(404);
    }

    @Test
    void cutsConnections() {
        dashscope.finished(10, 0, 0);
        sandbox.faults().times(1, JOBS, Fault.cut());
        assertThatIOException().isThrownBy(() -> send(request(JOBS)));
        sandbox.faults().end();
        sandbox.faults().always(JOBS, Fault.drop());
        assertThatIOException().isThrownBy(() -> send(request(JOBS)));
        sandbox.faults().end();
        assertThat(get(JOBS).statusCode()).isEqualTo(200);
    }

    @Test
    void sendsForeignHeadersAndOtherTypes() {
        HttpResponse<byte[]> answer = meeting(Fault.headers(Map.of("kafka.OVERRIDE_TOPIC", "elsewhere",
                "CamelFileName", "../../escape", "Content-Type", "text/plain")));

        assertThat(answer.headers().firstValue("kafka.OVERRIDE_TOPIC")).contains("elsewhere");
        assertThat(answer.headers().firstValue("CamelFileName")).contains("../../escape");
        assertThat(answer.headers().firstValue("Content-Type")).contains("text/plain");
        assertThat(answer.headers().firstValue("Authorization")).isEmpty();
    }

    @Test
    void redirectsAndCompresses() throws Exception {
        HttpResponse<byte[]> elsewhere = meeting(Fault.redirect("http://elsewhere.invalid/"));
        assertThat(elsewhere.statusCode()).isEqualTo(302);
        assertThat(elsewhere.headers().firstValue("Location")).contains("http://elsewhere.invalid/");

        HttpResponse<byte[]> zipped = meeting(Fault.gzip());
        assertThat(zipped.headers().firstValue("Content-Encoding")).contains("gzip");
        byte[] plain = new GZIPInputStream(new ByteArrayInputStream(zipped.body())).readAllBytes();
        assertThat(JSON.readTree(plain).at("/output/total").asInt()).isZero();
    }

    @Test
    void repeatsAPageForEver() throws Exception {
        SimulatedJob job = minimax.finished(1, 0, 150).jobs().get(0);
        sandbox.faults().always("list_finetune_event", Fault.repeat());

        JsonNode first = events(job.id(), "0");
        assertThat(events(job.id(), "100").path("event_list")).isEqualTo(first.path("event_list"));
        assertThat(events(job.id(), "900").path("has_more").asBoolean()).isTrue();
    }

    @Test
    void inventsAStatus() throws Exception {
        SimulatedJob job = dashscope.finished(1, 1, 0).jobs().get(0);

        assertThat(json(meeting(Fault.newStatus("ARCHIVING"))).at("/output/jobs/0/status").asText())
                .isEqualTo("ARCHIVING");
        assertThat(sandbox.served().get(job.id()).statuses()).containsExactly("ARCHIVING");
    }

    // the server

    @Test
    void servesManyAtOnceAndCountsThem() throws Exception {
        minimax.finished(1, 0, 100);
        sandbox.faults().always("list_finetune_event", Fault.slow(Duration.ofMillis(500)));

        HttpRequest ask = events(minimax.jobs().get(0).id(), "0", 100, "").build();
        List<CompletableFuture<HttpResponse<byte[]>>> calls = IntStream.range(0, 64)
                .mapToObj(i -> CLIENT.sendAsync(ask, HttpResponse.BodyHandlers.ofByteArray())).toList();
        for (CompletableFuture<HttpResponse<byte[]>> call : calls) {
            assertThat(json(call.get()).path("event_list")).hasSize(100);
        }
        assertThat(sandbox.requests().mostAtOnce(Simulation.KEY)).isBetween(32, 64);
        assertThat(sandbox.requests().received()).isEqualTo(64);
    }

    @Test
    void keepsALogOfRequestsWithoutKeys() {
        get(JOBS + "?page_no=7");
        post("/v1/list_finetune_job", "{\"limit\":1}");
        get("/elsewhere");

        assertThat(sandbox.requests().all()).extracting(LoggedRequest::line).containsExactly(
                "GET " + JOBS + "?page_no=7 ", "POST /v1/list_finetune_job {\"limit\":1}", "GET /elsewhere ");
        assertThat(sandbox.requests().matching("page_no=7")).singleElement().extracting(LoggedRequest::authorized)
                .isEqualTo(true);
        assertThat(sandbox.requests().all().toString()).doesNotContain(Simulation.KEY);
    }

    @Test
    void startsQuicklyAndLeavesNoThread() {
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        long start = System.nanoTime();
        try (FaultySandbox second = FaultySandbox.start(Simulation.empty())) {
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
            assertThat(second.url()).isNotEqualTo(sandbox.url());
            assertThat(get(second.url(), JOBS).statusCode()).isEqualTo(401);
        }
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> !before.contains(thread)).extracting(Thread::getName)
                .filteredOn(name -> !name.matches("(HttpClient|awaitility).*")).isEmpty());
    }

    @Test
    void saysWhenItsPortIsTaken() {
        int taken = URI.create(sandbox.url()).getPort();
        assertThatIllegalStateException().isThrownBy(() -> FaultySandbox.start(world, taken))
                .withMessageContaining(":" + taken);
    }

    @Test
    void closesWhileRequestsAreUnderWay() {
        sandbox.faults().always(".", Fault.slow(Duration.ofMinutes(5)));
        CompletableFuture<?> call = CLIENT.sendAsync(request(JOBS).build(), HttpResponse.BodyHandlers.discarding());
        await().until(() -> sandbox.requests().received() == 1);

        long start = System.nanoTime();
        sandbox.close();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        await().until(call::isDone);
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
                .filteredOn(name -> name.matches("(?i).*(sandbox|vert.x).*")).isEmpty());
    }

    @Test
    void hasEveryFileOfEveryPersonality() {
        for (String provider : ProviderProfiles.names()) {
            SimulatedJob job = Simulation.empty().account(provider).finished(1, 2, 3).jobs().get(0);
            assertThat(job.id()).isNotEmpty();
            JsonNode refusal = world.renderer().render(provider + "-error", PageQuery.problem("unauthorized"));
            assertThat(refusal.path("status").isInt() && refusal.path("body").isObject()).isTrue();
            assertThat(world.renderer().render(provider + "-request", JSON.createObjectNode()).has("limit")).isTrue();
        }
    }

    private HttpResponse<byte[]> meeting(Fault fault) {
        sandbox.faults().end();
        sandbox.faults().times(1, ".", fault);
        return get(JOBS);
    }

    private HttpResponse<byte[]> get(String path) {
        return get(sandbox.url(), path);
    }

    private HttpResponse<byte[]> get(String url, String path) {
        return sent(request(path).uri(URI.create(url + path)));
    }

    private HttpResponse<byte[]> post(String path, String body) {
        return sent(request(path).POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private JsonNode events(String job, String after) throws IOException {
        return events(job, after, null);
    }

    private JsonNode events(String job, String after, String group) throws IOException {
        return json(sent(events(job, after, 100, group == null ? "" : "?GroupId=" + group)));
    }

    private HttpRequest.Builder events(String job, String after, int limit, String query) {
        String body = "{\"fine_tuning_job_id\":\"%s\",\"limit\":%d,\"after\":\"%s\"}".formatted(job, limit, after);
        return request("/v1/list_finetune_event" + query).POST(HttpRequest.BodyPublishers.ofString(body));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(sandbox.url() + path)).timeout(Duration.ofSeconds(20))
                .header("Authorization", "Bearer " + Simulation.KEY).header("Content-Type", "application/json");
    }

    private static HttpResponse<byte[]> sent(HttpRequest.Builder request) {
        try {
            return send(request);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static HttpResponse<byte[]> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static int total(HttpRequest list) throws IOException, InterruptedException {
        return json(CLIENT.send(list, HttpResponse.BodyHandlers.ofByteArray())).at("/output/total").asInt();
    }

    private static JsonNode json(HttpResponse<byte[]> answer) throws IOException {
        return JSON.readTree(answer.body());
    }

    private static int code(JsonNode answer) {
        return answer.at("/base_resp/status_code").asInt(-1);
    }

    private static Map<?, ?> said(JsonNode event) throws JsonProcessingException {
        return JSON.readValue(event.path("message").asText(), Map.class);
    }
}
