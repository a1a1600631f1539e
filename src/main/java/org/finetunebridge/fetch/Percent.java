package org.finetunebridge.fetch;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Foreign text, made fit for an address. */
public final class Percent {

    private Percent() {}

    /** As a segment of a path or a value of a query: a plus is a space only to those who read forms. */
    public static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
