package org.finetunebridge.text;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/** Foreign text, made fit for an address. */
public final class PercentEncoder {

    private PercentEncoder() {}

    /** As a segment of a path or a value of a query: a plus is a space only to those who read forms. */
    public static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** As a path. One that leads elsewhere, by two dots or two slashes, becomes a single segment. */
    public static String segments(String path) {
        List<String> segments = List.of(path.split("/", -1));
        boolean astray = segments.stream().anyMatch(one -> one.isEmpty() || one.equals(".") || one.equals(".."));
        return astray ? encoded(path) : segments.stream().map(PercentEncoder::encoded).collect(Collectors.joining("/"));
    }
}
