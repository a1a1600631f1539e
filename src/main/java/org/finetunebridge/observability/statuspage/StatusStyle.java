package org.finetunebridge.observability.statuspage;

import java.util.Map;

/** How a status looks. The word is always there: colour alone tells nothing to some. */
final class StatusStyle {

    private static final Map<String, String> SHADES = Map.of("SUCCEEDED", "good", "READY", "good", "FAILED", "bad",
            "EXPORT_FAILED", "bad", "DOWN", "bad", "CANCELLED", "warn", "CANCELLING", "warn", "PAUSED", "warn",
            "RUNNING", "busy", "EXPORTING", "busy");

    private StatusStyle() {}

    /** One of the style sheet's few classes, whatever a provider calls its status. */
    static String shade(String status) {
        return SHADES.getOrDefault(status, "idle");
    }

    static void write(HtmlWriter html, String status) {
        html.element("span", status, "class", "status " + shade(status));
    }
}
