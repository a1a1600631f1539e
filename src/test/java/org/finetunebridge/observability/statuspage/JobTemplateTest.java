package org.finetunebridge.observability.statuspage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.finetunebridge.observability.statuspage.JobView.Labelled;
import org.finetunebridge.observability.statuspage.PageView.Badge;
import org.finetunebridge.observability.statuspage.PageView.Moment;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.parser.Parser;

/** The template of a job's page with one text wherever it shows one. */
class JobTemplateTest {

    @Property
    void keepsEveryTextInItsPlace(@ForAll String text) {
        assertThat(structure(page(text.isEmpty() ? "x" : text))).isEqualTo(structure(page("x")));
    }

    @Example
    void isHtmlWithoutMistakes() {
        var parser = Parser.htmlParser().setTrackErrors(10);
        for (JobView view : List.of(full("x"), empty("x", true), empty("x", false))) {
            parser.parseInput(html(view), "");
            assertThat(parser.getErrors()).isEmpty();
        }
    }

    @Example
    void showsTheCurvesWithoutColoursToo() {
        Document page = page("<b>");
        assertThat(page.select("svg.chart polyline.train, svg.chart polyline.valid")).hasSize(4);
        assertThat(page.select("svg.chart circle title").eachText()).containsOnly("<b>");
        assertThat(page.select("ul.legend li").eachText()).containsExactly("<b>", "<b>");
        assertThat(page.select("svg[role=img] > title").text()).isEqualTo("<b>");
        assertThat(page.select("b, script")).isEmpty();
    }

    private static List<String> structure(Document page) {
        return page.getAllElements().stream().map(element -> element.tagName()
                + element.attributes().asList().stream().map(attribute -> attribute.getKey()).toList()).toList();
    }

    private static Document page(String text) {
        return Jsoup.parse(html(full(text)));
    }

    private static String html(JobView view) {
        return StatusPage.template("job.mustache").execute(view);
    }

    private static JobView full(String text) {
        var moment = new Moment(text, text);
        var badge = new Badge(text, "idle");
        var point = new LossChart.Point(70, 20, text);
        var chart = new LossChart(LossChart.WIDTH, LossChart.HEIGHT, text, text, text, List.of(
                new LossChart.Line(text, "train", "70,20 80,30", List.of(point)), new LossChart.Line(text, "valid", "70,20", List.of(point))),
                List.of(new LossChart.Tick(70, text)), List.of(new LossChart.Tick(20, text)), List.of(point));
        var labelled = List.of(new Labelled(text, text));
        return new JobView(text, text, true, text, text, true, badge, text, text, labelled, List.of(new JobView.Stay(badge, moment, text)),
                chart, labelled, List.of(new JobView.Point(text, badge, text, text, text, moment, moment)),
                List.of(new JobView.LogLine(moment, text, text)));
    }

    private static JobView empty(String text, boolean known) {
        return new JobView(text, text, false, text, text, known, null, null, null, List.of(), List.of(), null, List.of(), List.of(), List.of());
    }
}
