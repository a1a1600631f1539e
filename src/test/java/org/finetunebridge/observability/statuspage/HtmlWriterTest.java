package org.finetunebridge.observability.statuspage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.Test;

class HtmlWriterTest {

    @Property
    void noTextLeavesItsPlace(@ForAll String text) {
        Document page = Jsoup.parse(new HtmlWriter().open("body").element("p", text, "title", text).close().toString());

        assertThat(page.body().getAllElements()).extracting(Element::tagName).containsExactly("body", "p");
        assertThat(page.selectFirst("p").attributes()).hasSize(1);
    }

    @Test
    void showsTextAsItIs() {
        String text = "<script>alert('1')</script> & \"so on\"\n微调";

        Document page = Jsoup.parse(new HtmlWriter().open("body").element("pre", text, "title", text).close().toString());

        assertThat(page.selectFirst("pre").wholeText()).isEqualTo(text);
        assertThat(page.selectFirst("pre").attr("title")).isEqualTo(text);
    }

    @Test
    void showsMarksThatTurnTextAround() {
        assertThat(new HtmlWriter().text("ft-\u202e1\u0000\u001b[2J").toString()).endsWith("ft-\ufffd1\ufffd\ufffd[2J");
    }

    @Test
    void refusesToLeaveAnElementOpen() {
        assertThatIllegalStateException().isThrownBy(() -> new HtmlWriter().open("body").toString());
    }
}
