package org.finetunebridge.observability.statuspage;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Links from one view of the page to another. */
final class ProviderLinks {

    private ProviderLinks() {}

    /** A job's id, that leads to all there is about the job. */
    static void job(HtmlWriter html, String job) {
        html.element("a", job, "href", search(job));
    }

    static String search(String text) {
        return "/?q=" + URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
