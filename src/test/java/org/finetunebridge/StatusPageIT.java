package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.finetunebridge.Rig.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import org.apache.camel.CamelContext;
import org.apache.camel.Ordered;
import org.apache.camel.StartupListener;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.simulator.Fault;
import org.finetunebridge.simulator.SimulatedJob;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StatusPageIT extends WindowFixture {

    private static final String HOSTILE = "\"'><img src=x onerror=alert(1)></td></title><script>alert(2)</script>";

    @BeforeEach
    void prepare() {
        rig.source("team-a", "dashscope").with("team-a.period", "500ms");
    }

    @Test
    void showsSourcesJobsWithTheirLifeAndTheLastEvents() throws Exception {
        SimulatedJob job = rig.world.account("dashscope").finished(1, 3, 0).jobs().get(0);
        window.open();

        await().untilAsserted(() -> assertThat(page("/").select("section:has(#jobs) tbody tr")).hasSize(1));
        await().untilAsserted(() -> assertThat(page("/").select("section:has(#sources) tbody tr").text())
                .contains("team-a", "dashscope at ", "healthy"));
        Document page = page("/");
        assertThat(page.select("section:has(#jobs) tbody th a").text()).isEqualTo(job.id());
        assertThat(page.select("section:has(#jobs) .status").text()).isEqualTo("SUCCEEDED");
        assertThat(page.select("svg title").text()).contains("SUCCEEDED at 2025-06-01T00:17:33Z", "checkpoint-300 READY");
        assertThat(page.select("svg circle")).hasSize(3);
        assertThat(page.select("section:has(#events) li")).hasSize(rig.events().size());
        assertThat(page.select("section:has(#letters)").text()).contains("None since the start");
    }

    @Test
    void saysWhyAJobFailed() throws Exception {
        rig.source("o", "openai").with("o.period", "500ms");
        rig.world.account("openai").create("ftjob-1").become("FAILED");
        window.open();

        await().untilAsserted(() -> assertThat(page("/").select("section:has(#jobs) .status").text()).isEqualTo("FAILED"));
        assertThat(page("/").select("section:has(#jobs) > p").text()).isEqualTo("1 job");
        assertThat(page("/").select("section:has(#jobs) td[data-label=Status]").text())
                .startsWith("FAILED sandbox_failure: It was meant to fail.");
        assertThat(page("/").select("section:has(#events) li").text()).contains("FAILED sandbox_failure");
    }

    @Test
    void hasAPageForEachJobWithItsLossesAndWhatItIsMadeOf() throws Exception {
        rig.source("o", "openai").with("o.period", "500ms").with("o.base-url", rig.sandbox.url("openai"));
        SimulatedJob job = rig.world.account("openai").finished(4, 2, 40).jobs().get(0);
        Bridge first = window.open();

        await().untilAsserted(() -> assertThat(page("/").select("section:has(#jobs) tbody tr")).hasSize(4));
        String link = page("/").select("section:has(#jobs) tbody th a").stream().filter(one -> one.text().equals(job.id()))
                .findFirst().orElseThrow().attr("href");
        assertThat(link).isEqualTo("/job?source=o&id=" + job.id());
        await().untilAsserted(() -> assertThat(page(link).select("section:has(#standing) .status").text()).contains("SUCCEEDED"));
        Document page = page(link);
        assertThat(page.select("h1").text()).isEqualTo(job.id());
        assertThat(page.select("svg[role=img] > title").text()).startsWith("Losses by step: training loss from step 20: ")
                .contains("validation loss", "not finite from step 110 on");
        assertThat(page.select("svg[role=img] polyline")).hasSize(2);
        assertThat(page.select("svg[role=img] path.break").size()).isGreaterThan(10);
        assertThat(page.select("ul.legend li").eachText()).containsExactly("training loss", "validation loss");
        assertThat(page.select("dl").text()).contains("Training files", "Tokens", "Best checkpoint", "n_epochs 3");
        assertThat(page.select("section:has(#checkpoints) tbody tr")).hasSize(2);
        assertThat(page.select("section:has(#lines) li")).hasSize(40);
        assertThat(page.select("meta[http-equiv=refresh]")).hasSize(1);
        assertThat(page(link + "&still=1").select("meta[http-equiv=refresh]")).isEmpty();
        assertThat(window.get("/job?source=o&id=nobody").statusCode()).isEqualTo(404);
        assertThat(window.get("/job").body()).contains("No job of this id is known");
        assertThat(window.get("/job?id=" + URLEncoder.encode(HOSTILE, StandardCharsets.UTF_8)).body()).doesNotContain("<img", "<script");

        // The same is in the events, and in what the alert goes by.
        long notFinite = rig.events().stream().filter(event -> event.at("/data/notFinite").size() > 0).count();
        assertThat(notFinite).isPositive();
        assertThat(window.get("/observe/metrics").body()).contains("finetune_metrics_not_finite_total{source=\"o\"} " + notFinite + ".0");

        first.close();
        rig.pass(Duration.ofSeconds(1));
        window.open();
        await().untilAsserted(() -> assertThat(page(link).select("svg[role=img]").outerHtml()).isEqualTo(page.select("svg[role=img]").outerHtml()));
        Document again = page(link);
        assertThat(again.select("dl").text()).isEqualTo(page.select("dl").text());
        assertThat(again.select("section:has(#lines) li").eachText()).isEqualTo(page.select("section:has(#lines) li").eachText());
        assertThat(again.select("section:has(#checkpoints) tbody tr")).hasSize(2);
        assertThat(again.select("section:has(#standing) tbody tr")).hasSameSizeAs(page.select("section:has(#standing) tbody tr"));
    }

    @Test
    void showsTheJobsOfOneStatusOrSourceAndTheirLosses() throws Exception {
        rig.source("o", "openai").with("o.period", "500ms").with("o.base-url", rig.sandbox.url("openai"));
        rig.world.account("openai").finished(1, 1, 40);
        rig.world.account("openai").create("ftjob-failed").become("FAILED");
        rig.world.account("dashscope").finished(2, 0, 0);
        window.open();

        await().untilAsserted(() -> assertThat(page("/").select("section:has(#jobs) .status").eachText())
                .containsExactlyInAnyOrder("FAILED", "SUCCEEDED", "SUCCEEDED", "SUCCEEDED"));
        await().untilAsserted(() -> assertThat(page("/").select("svg.spark > title").text()).startsWith("Losses by step: training loss"));
        Document page = page("/?still=1");
        assertThat(page.select("svg.spark polyline")).hasSize(1);
        assertThat(page.select(".loss small").text()).startsWith("training loss ");
        String failed = page.select("nav[aria-label=Filters] a").stream().filter(one -> one.text().equals("FAILED (1)"))
                .findFirst().orElseThrow().attr("href");
        assertThat(failed).isEqualTo("/?status=FAILED&still=1");
        assertThat(page(failed).select("section:has(#jobs) tbody th a").eachText()).containsExactly("ftjob-failed");
        String source = page.select("section:has(#sources) tbody th a").stream().filter(one -> one.text().equals("team-a"))
                .findFirst().orElseThrow().attr("href");
        Document ofSource = page(source);
        assertThat(ofSource.select("section:has(#jobs) > p").text()).isEqualTo("2 jobs");
        assertThat(ofSource.select("section:has(#events) li > small:first-of-type").eachText()).containsOnly("team-a");
        assertThat(page(source + "&status=FAILED").select("section:has(#jobs) > p").text()).isEqualTo("No job matches.");
        assertThat(page("/?status=FAILED").select("meta[http-equiv=refresh]")).hasSize(1);
        assertThat(page("/?status=FAILED").select("header a[href='/?status=FAILED&still=1']").text()).isEqualTo("Hold still");
        assertThat(page("/?source=" + URLEncoder.encode(HOSTILE, StandardCharsets.UTF_8)).select("script, img")).isEmpty();
    }

    @Test
    void saysWhyASourceIsNotRead() throws Exception {
        rig.sandbox.faults().always(".*", Fault.status(503));
        window.open();

        await().untilAsserted(() -> assertThat(page("/").select("section:has(#sources) td[data-label=Health]").text())
                .startsWith("failing ").contains("503"));
    }

    /** Who may read the page from elsewhere need not read what providers answered. */
    @Test
    void showsPayloadsToOtherMachinesOnlyIfToldTo() throws Exception {
        rig.world.account("dashscope").finished(1, 0, 0);
        rig.sandbox.faults().always("GET /api/v1/fine-tunes\\?", Fault.edited(text -> text
                .replaceFirst("\"jobs\":\\[", "\"jobs\":[{\"job_id\":7,\"x\":\"a-payload\"},")));
        rig.with("bridge.http.host", "0.0.0.0");
        try (Bridge hidden = window.open()) {
            await().untilAsserted(() -> assertThat(page("/").select("section:has(#letters) details")).isNotEmpty());
            assertThat(page("/").text()).contains("bridge.http.show-payloads").doesNotContain("a-payload");
        }
        rig.with("bridge.http.show-payloads", "true").with("bridge.state.directory", folder.resolve("other").toString());
        window.open();
        await().untilAsserted(() -> assertThat(page("/").select("details pre").text()).contains("a-payload"));
    }

    @Test
    void findsAJobByPartOfItsId() throws Exception {
        var jobs = rig.world.account("dashscope").finished(3, 0, 0).jobs();
        window.open();

        await().untilAsserted(() -> assertThat(page("/").select("section:has(#jobs) tbody tr")).hasSize(3));
        String last = jobs.get(2).id();
        Document found = page("/?q=" + last.substring(3).toUpperCase());
        assertThat(found.select("section:has(#jobs) tbody th a").eachText()).containsExactly(last);
        assertThat(found.select("#q").val()).isEqualTo(last.substring(3).toUpperCase());
        assertThat(page("/?q=nothing-like-it").select("section:has(#jobs) tbody tr")).isEmpty();
    }

    @Test
    void escapesWhatAProviderSaysWhereverItShows() throws Exception {
        String quoted = HOSTILE.replace("\"", "\\\"");
        String replacement = Matcher.quoteReplacement(quoted);
        SimulatedJob job = rig.world.account("dashscope").finished(1, 1, 0).jobs().get(0);
        rig.sandbox.faults().always("GET /api/v1/fine-tunes\\?", Fault.edited(text -> text
                .replaceAll("\"(model|base_model|finetuned_output)\":\"[^\"]*\"", "\"$1\":\"" + replacement + "\"")
                .replace(job.id(), job.id() + quoted)
                .replaceFirst("\"jobs\":\\[", "\"jobs\":[{\"job_id\":7,\"x\":\"" + replacement + "\"},")));
        window.open();

        await().untilAsserted(() -> assertThat(page("/").select("section:has(#letters) details")).isNotEmpty());
        await().untilAsserted(() -> assertThat(page("/").select("section:has(#jobs) tbody th a").text())
                .contains("onerror=alert(1)"));
        Document page = page("/?q=" + URLEncoder.encode(HOSTILE, StandardCharsets.UTF_8));
        assertThat(page.select("#q").val()).isEqualTo(HOSTILE);
        for (Document one : new Document[] {page, page("/")}) {
            assertThat(one.select("script, img, iframe, [style], [onerror], [onload]")).isEmpty();
            assertThat(one.select("title").first().text()).isEqualTo("FineTune Bridge");
        }
        assertThat(page("/").select("details pre").text()).contains("onerror=alert(1)");
    }

    @Test
    void loadsNothingFromElsewhereAndSaysSo() throws Exception {
        window.open();

        HttpResponse<String> answer = window.get("/");
        assertThat(answer.headers().firstValue("Content-Security-Policy")).hasValueSatisfying(
                policy -> assertThat(policy).contains("default-src 'none'", "style-src 'self'").doesNotContain("unsafe"));
        assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        Document page = Jsoup.parse(answer.body());
        assertThat(page.select("[src], link[href]").eachAttr("href")).containsExactly("/style.css");
        assertThat(window.get("/style.css").headers().firstValue("Content-Type")).hasValue("text/css; charset=UTF-8");
        assertThat(window.get("/style.css").body()).contains("prefers-color-scheme: dark").doesNotContain("url(", "@import");
    }

    @Test
    void canBeUsedWithoutAMouseOrEyes() throws Exception {
        rig.world.account("dashscope").finished(2, 2, 0);
        window.open();

        await().untilAsserted(() -> assertThat(page("/").select("svg")).hasSize(2));
        Document page = page("/");
        assertThat(page.selectFirst("html").attr("lang")).isEqualTo("en");
        assertThat(page.select("a.skip").attr("href")).isEqualTo("#main");
        assertThat(page.select("main#main, h1, h2")).hasSizeGreaterThan(4);
        assertThat(page.select("label[for=q]")).hasSize(1);
        assertThat(page.select("table")).allSatisfy(table -> assertThat(table.select("th[scope=col]")).isNotEmpty());
        assertThat(page.select("a, button, summary, h1, h2, th")).allSatisfy(one -> assertThat(one.text()).isNotBlank());
        assertThat(page.select("[tabindex]")).isNotEmpty().allSatisfy(one -> assertThat(one.attr("tabindex")).isEqualTo("0"));
        assertThat(page.select("[role=region], section")).allSatisfy(one ->
                assertThat(page.getElementById(one.attr("aria-labelledby")).text()).isNotBlank());
        assertThat(page.select("script")).isEmpty();
        assertThat(window.get("/style.css").body()).containsPattern("a:focus-visible[^{]*\\{\\s*outline: 3px");
        assertThat(page.select("svg")).allSatisfy(svg -> assertThat(svg.select("title").text()).isNotEmpty());
        assertThat(page.select("meta[http-equiv=refresh]")).hasSize(1);
        assertThat(page("/?still=1").select("meta[http-equiv=refresh]")).isEmpty();
    }

    @Test
    void isOnlyReadAndOnlyUnderItsOwnName() throws Exception {
        window.open();

        var post = HttpRequest.newBuilder(window.uri("/")).POST(HttpRequest.BodyPublishers.ofString("x"));
        assertThat(window.send(post).statusCode()).isEqualTo(405);
        for (String path : new String[] {"/", "/style.css", "/observe/health", "/observe/health/live", "/observe/metrics"}) {
            assertThat(raw(path, "evil.example")).as(path).startsWith("HTTP/1.1 403").doesNotContain("<html", "team-a");
            assertThat(raw(path, "127.0.0.1.evil.example:" + window.port)).as(path).startsWith("HTTP/1.1 403");
            assertThat(raw(path, "LocalHost:" + window.port)).as(path).doesNotStartWith("HTTP/1.1 403");
        }
    }

    @Test
    void refusesForeignNamesFromTheMomentItListens() throws Exception {
        List<String> answers = new ArrayList<>();
        try (Bridge bridge = rig.bridge(false).served()) {
            bridge.init();
            // The first of the start listeners: the server listens by now, and nothing else has been started.
            bridge.context().addStartupListener(new FirstListener(() -> answers.add(raw("/observe/health", "evil.example"))));
            bridge.start();
            assertThat(answers).singleElement().asString().startsWith("HTTP/1.1 403");
        }
    }

    private record FirstListener(Callable<?> call) implements StartupListener, Ordered {

        @Override
        public int getOrder() {
            return Ordered.HIGHEST;
        }

        @Override
        public void onCamelContextStarted(CamelContext context, boolean alreadyStarted) throws Exception {
            call.call();
        }
    }

    private Document page(String path) throws Exception {
        HttpResponse<String> answer = window.get(path);
        assertThat(answer.statusCode()).isEqualTo(200);
        return Jsoup.parse(answer.body());
    }

    /** Java's client would not lie about the host. */
    private String raw(String path, String host) throws IOException {
        String request = "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), window.port)) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
