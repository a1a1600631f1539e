package org.finetunebridge.observability.statuspage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.finetunebridge.observability.statuspage.PageView.Badge;
import org.finetunebridge.observability.statuspage.PageView.Moment;
import org.finetunebridge.observability.statuspage.PageView.Timeline;
import org.finetunebridge.observability.statuspage.StatusPage.HtmlEscaper;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.parser.Parser;
import org.junit.jupiter.api.Test;

/** The template with one text wherever it shows one. */
class PageTemplateTest {

    private static final String HARMLESS = "x";
    private static final String HOSTILE = "<script>alert('1')</script> & \"so on\"\n\u5fae\u8c03";

    @Property
    void keepsEveryTextInItsPlace(@ForAll String text) {
        List<String> expected = structure(page(HARMLESS));

        assertThat(structure(page(text.isEmpty() ? HARMLESS : text))).isEqualTo(expected);
    }

    @Test
    void showsTextAsItIs() {
        Document page = page(HOSTILE);

        assertThat(structure(page)).isEqualTo(structure(page(HARMLESS)));
        assertThat(page.selectFirst("pre").wholeText()).isEqualTo(HOSTILE);
        assertThat(page.selectFirst("#q").val()).isEqualTo(HOSTILE);
        assertThat(page.selectFirst("svg title").text()).contains("alert('1')");
        assertThat(page.select("section:has(#jobs) td[data-label=Status] small").eachText()).hasSize(2)
                .allMatch(small -> small.contains("<script>"));
    }

    /** Marks that turn text around could make one job's id look like another's. */
    @Test
    void replacesControlCharactersAndMarksThatTurnTextAround() {
        assertThat(new HtmlEscaper().escape("ft-\u202e1\u0000\u001b[2J\ud800")).isEqualTo("ft-\ufffd1\ufffd\ufffd[2J\ufffd");
        assertThat(new HtmlEscaper().escape("line\n\tnext")).isEqualTo("line\n\tnext");
    }

    @Test
    void isHtmlWithoutMistakes() {
        var parser = Parser.htmlParser().setTrackErrors(10);

        for (boolean full : new boolean[] {true, false}) {
            parser.parseInput(html(HARMLESS, full), "");
            assertThat(parser.getErrors()).isEmpty();
        }
    }

    private static Document page(String text) {
        return Jsoup.parse(html(text, true));
    }

    private static List<String> structure(Document page) {
        return page.getAllElements().stream().map(PageTemplateTest::shape).toList();
    }

    private static String shape(Element element) {
        return element.tagName() + element.attributes().asList().stream().map(attribute -> attribute.getKey()).toList();
    }

    private static String html(String text, boolean full) {
        var moment = new Moment(text, text);
        var badge = new Badge(text, "idle");
        var timeline = new Timeline(200, text, List.of(new Timeline.Bar(0, 3, "good")), List.of(new Timeline.Dot(4, "bad")));
        var filter = new ListFilter(text, text, text, 2, true);
        var choices = List.of(new PageView.Choice(text, text, true), new PageView.Choice(text, text, false));
        var spark = new LossChart.Spark(96, 24, text, "train", "4,4 90,20", 90.0, text);
        var source = new PageView.Source(text, text, text, text, badge, text, moment, moment, text, text);
        var job = new PageView.Job(text, text, text, badge, text, text, text, text, text, timeline, spark);
        var event = new PageView.Event(moment, text, text, text, text, text, badge, text, text);
        var letter = new PageView.Letter(moment, text, text, text, text, text);
        return StatusPage.template("page.mustache").execute(full
                ? new PageView(filter, 200, false, text, text, text, List.of(source), text, choices, choices,
                        new PageView.Pages(text, text, text), List.of(job), List.of(event), List.of(letter))
                : new PageView(ListFilter.of(""), 200, true, text, text, null, List.of(new PageView.Source(text, text, text, text,
                        badge, null, null, null, text, text)), text, choices, List.of(), null, List.of(new PageView.Job(text, text,
                        text, badge, null, null, null, null,
                        text, null, null)), List.of(new PageView.Event(moment, text, text, null, null, null, null, null, null)),
                        List.of(new PageView.Letter(moment, text, text, text, text, null))));
    }
}
