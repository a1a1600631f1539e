package org.finetunebridge.observability.statuspage;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Which jobs the list shows, as the address of the page says it: a bookmark keeps it. Whoever wrote the address wrote every
 * text of it. A status or source that no job has shows no job.
 *
 * @param search part of a job id; empty for every job
 * @param status a status as the list shows it, in either case; empty for every status
 * @param source a source's name; empty for every source
 * @param page   from 1; beyond the last page the last is shown
 * @param still  whether the page does not reload itself
 */
record ListFilter(String search, String status, String source, int page, boolean still) {

    /** Characters of a text in an address; what is beyond counts as not written. */
    static final int LONGEST = 512;

    /** @param query of the address, encoded; empty if there is none */
    static ListFilter of(String query) {
        String page = value(query, "page");
        return new ListFilter(value(query, "q"), value(query, "status"), value(query, "source"),
                page.matches("[1-9][0-9]{0,5}") ? Integer.parseInt(page) : 1, !value(query, "still").isEmpty());
    }

    /** The value of a parameter, decoded; empty if there is none. */
    static String value(String query, String name) {
        for (String pair : query.split("&")) {
            if (pair.startsWith(name + '=')) {
                String value = decoded(pair.substring(name.length() + 1)).strip();
                return value.substring(0, Math.min(LONGEST, value.length()));
            }
        }
        return "";
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }

    /** A text as a part of an address. */
    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** Whether it leaves any job out. */
    boolean isNarrow() {
        return !search.isEmpty() || !status.isEmpty() || !source.isEmpty();
    }

    /** Whether a job's id, or an event's, has the text that is searched for; in either case of letters. */
    boolean finds(String job) {
        return search.isEmpty() || job.toLowerCase(Locale.ROOT).contains(search.toLowerCase(Locale.ROOT));
    }

    boolean hasSource(String name) {
        return source.isEmpty() || source.equals(name);
    }

    boolean hasStatus(String word) {
        return status.isEmpty() || status.equalsIgnoreCase(word);
    }

    /** The same on its first page. */
    ListFilter withStatus(String other) {
        return new ListFilter(search, other, source, 1, still);
    }

    /** The same on its first page. */
    ListFilter withSource(String other) {
        return new ListFilter(search, status, other, 1, still);
    }

    ListFilter withPage(int other) {
        return new ListFilter(search, status, source, other, still);
    }

    ListFilter withStill(boolean other) {
        return new ListFilter(search, status, source, page, other);
    }

    /** The address of the page that shows these jobs. */
    String link() {
        String query = parameter("q", search) + parameter("status", status) + parameter("source", source)
                + parameter("page", page == 1 ? "" : Integer.toString(page)) + parameter("still", still ? "1" : "");
        return query.isEmpty() ? "/" : "/?" + query.substring(1);
    }

    private static String parameter(String name, String value) {
        return value.isEmpty() ? "" : '&' + name + '=' + encoded(value);
    }
}
