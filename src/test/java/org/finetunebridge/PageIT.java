package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import org.finetunebridge.browser.Chromium;
import org.finetunebridge.browser.Tab;
import org.finetunebridge.simulator.Fault;
import org.finetunebridge.simulator.SimulatedJob;
import org.finetunebridge.simulator.Simulation;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only a browser can say of the status page; StatusPageIT reads the HTML. Skipped without a Chromium. */
class PageIT {

    private static final Instant NOW = Instant.parse("2026-03-01T04:05:06Z");
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String HOSTILE = "\"'`><img src=http://127.0.0.1:1/x onerror=hit=1></td></small></title></svg>"
            + "--><script>hit=2;alert(2)</script><svg onload=hit=3><a href=javascript:hit=4>x</a><base href=//127.0.0.1:1>"
            + "<meta http-equiv=refresh content=0;url=http://127.0.0.1:1><style>*{display:none}</style>{{7*7}}&lt;b&gt;"
            + "%3Cscript%3E\u202e\u0007" + "W".repeat(300);
    private static final String VISIBLE = "[...document.querySelectorAll('%s')].map(e => e.innerText)";
    /** The least contrast of any text with what is behind it, as WCAG counts it. */
    private static final String CONTRAST = """
            (() => {
              const parts = c => c.match(/[\\d.]+/g).map(Number);
              const light = c => { const [r, g, b] = parts(c).map(v => v / 255)
                  .map(v => v <= .03928 ? v / 12.92 : Math.pow((v + .055) / 1.055, 2.4));
                  return .2126 * r + .7152 * g + .0722 * b; };
              const ground = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor;
                  const p = parts(c); if (p.length === 3 || p[3] > 0) return c; } return 'rgb(255, 255, 255)'; };
              const own = e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
              return Math.min(...[...document.body.querySelectorAll('*')].filter(own).map(e => {
                const one = light(getComputedStyle(e).color), two = light(ground(e));
                return (Math.max(one, two) + .05) / (Math.min(one, two) + .05); }));
            })()""";
    private static final String TOO_WIDE = """
            [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > %d + 1
                && !e.closest('.scroll .timeline') && !e.closest('pre')).map(e => e.outerHTML.substring(0, 200))""";

    @TempDir
    static Path data;
    private static Chromium chromium;

    @TempDir
    Path folder;
    @AutoClose
    private Rig rig;
    private Window window;
    @AutoClose
    private Tab tab;
    private String page;

    @BeforeAll
    static void find() throws IOException {
        chromium = Chromium.start(data);
        if (chromium == null) {
            throw InstalledProgram.skip("no Chromium is on the PATH or named by -Dchromium", "the page in a real browser");
        }
    }

    @AfterAll
    static void end() {
        if (chromium != null) {
            chromium.close();
        }
    }

    @BeforeEach
    void prepare() {
        rig = new Rig(folder, NOW);
        window = new Window(rig);
        page = window.uri("/").toString();
        rig.world.account("dashscope");
        rig.source("team-a", "dashscope").with("team-a.period", "500ms").with("team-a.logs", "true");
        tab = chromium.tab();
    }

    @Test
    void showsHostileTextHarmlesslyAndReadablyOnEveryScreen() throws Exception {
        SimulatedJob job = rig.world.account("dashscope").finished(3, 2, 3).jobs().get(0);
        rig.world.account("dashscope").create("ft-running").become("RUNNING");
        poison(job);
        window.open();
        awaitText("section:has(#letters) summary", "");
        awaitText("section:has(#jobs) tbody th", "onerror");

        for (String scheme : List.of("light", "dark")) {
            tab.scheme(scheme);
            for (int width : new int[] {320, 375, 768, 1280}) {
                tab.resize(width, 740, width < 500);
                tab.open(page + "?still=1");
                tab.evaluate("document.querySelectorAll('details').forEach(e => e.open = true)");
                isHarmless();
                isReadable(scheme, width);
            }
        }
        tab.open(page + "?q=" + URLEncoder.encode(HOSTILE.substring(0, 190), StandardCharsets.UTF_8));
        isHarmless();
    }

    private void isHarmless() {
        assertThat(tab.evaluate("typeof hit").asText()).isEqualTo("undefined");
        assertThat(tab.evaluate("document.querySelectorAll('script, img, iframe, base, style, [onload], [onerror],"
                + " a[href^=javascript], svg:not(.timeline)').length").intValue()).isZero();
        assertThat(tab.evaluate("document.title").asText()).isEqualTo("FineTune Bridge");
        assertThat(tab.evaluate("document.body.innerText").asText()).doesNotContain(Simulation.KEY, "\u202e");
        assertThat(tab.events("Page.javascriptDialogOpening")).isEmpty();
        assertThat(tab.events("Network.requestWillBeSent")).extracting(one -> one.at("/params/request/url").asText())
                .allMatch(url -> url.startsWith(page)).anyMatch(url -> url.endsWith("/style.css"));
    }

    private void isReadable(String scheme, int width) {
        int red = Integer.parseInt(tab.evaluate("getComputedStyle(document.body).backgroundColor").asText()
                .replaceAll("rgb\\((\\d+),.*", "$1"));
        assertThat(red > 127 ? "light" : "dark").isEqualTo(scheme);
        assertThat(tab.evaluate(CONTRAST).doubleValue()).as("contrast of text").isGreaterThanOrEqualTo(4.5);
        assertThat(tab.evaluate(TOO_WIDE.formatted(width))).as("what is wider than %s", width).isEmpty();
        assertThat(tab.evaluate("document.documentElement.scrollWidth").intValue()).isLessThanOrEqualTo(width);
        assertThat(tab.evaluate("parseFloat(getComputedStyle(document.getElementById('q')).fontSize)").doubleValue())
                .as("below 16 pixels a phone zooms in").isGreaterThanOrEqualTo(16);
    }

    @Test
    void forbidsWhatWouldRunEvenIfSomethingGotThrough() throws Exception {
        window.open();
        tab.open(page + "?still=1");
        tab.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=hit=1>');"
                + "const s = document.createElement('script'); s.text = 'hit=2'; document.body.append(s)");

        tab.awaitEvent("Log.entryAdded");
        assertThat(tab.events("Log.entryAdded").toString()).contains("Content Security Policy");
        assertThat(tab.evaluate("typeof hit").asText()).isEqualTo("undefined");
    }

    /** Puts hostile text into every field that the page shows, except those that a fact needs to be one. */
    private void poison(SimulatedJob job) {
        String quoted = json(HOSTILE);
        String replacement = Matcher.quoteReplacement(quoted);
        rig.sandbox.faults().always("GET /api/v1/fine-tunes.*", Fault.edited(text -> text
                .replaceAll("\"(?!job_id|create_time|end_time|status)(\\w+)\":\"[^\"]*\"", "\"$1\":\"" + replacement + "\"")
                .replaceFirst("\"status\":\"[^\"]*\"", "\"status\":\"" + replacement + "\"")
                .replace('"' + job.id() + '"', '"' + job.id() + json(HOSTILE.substring(0, 380)) + "W".repeat(90) + '"')
                .replaceFirst("\"jobs\":\\[", "\"jobs\":[{\"job_id\":7,\"x\":\"" + replacement + "\"},")));
    }

    private static String json(String text) {
        return text.replace("\"", "\\\"").replace("\u0007", "\\u0007");
    }

    /** Opens the page until it shows this text there. */
    private void awaitText(String selector, String text) {
        await().atMost(PATIENCE).ignoreExceptions().until(() -> {
            if (texts(selector).stream().anyMatch(one -> one.contains(text))) {
                return true;
            }
            tab.open(page);
            return texts(selector).stream().anyMatch(one -> one.contains(text));
        });
    }

    private List<String> texts(String selector) {
        List<String> texts = new ArrayList<>();
        tab.evaluate(VISIBLE.formatted(selector)).forEach(one -> texts.add(one.asText().strip()));
        return texts;
    }
}
