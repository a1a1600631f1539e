package org.finetunebridge.observability.statuspage;

import java.util.ArrayDeque;
import java.util.Deque;

/** Writes HTML. All text goes through one place that escapes it; names of tags and attributes are ours. */
final class HtmlWriter {

    private final StringBuilder out = new StringBuilder(16 * 1024);
    private final Deque<String> open = new ArrayDeque<>();

    /** Opens an element with attributes, names and values in turn; an attribute whose value is null is left out. */
    HtmlWriter open(String tag, String... attributes) {
        tag(tag, attributes);
        open.push(tag);
        return this;
    }

    /** Closes the innermost element. */
    HtmlWriter close() {
        out.append("</").append(open.pop()).append('>');
        return this;
    }

    /** Text, escaped. */
    HtmlWriter text(Object text) {
        escape(String.valueOf(text));
        return this;
    }

    /** An element that holds only text. */
    HtmlWriter element(String tag, Object text, String... attributes) {
        return open(tag, attributes).text(text).close();
    }

    /** An element without content. */
    HtmlWriter empty(String tag, String... attributes) {
        tag(tag, attributes);
        return this;
    }

    /** A line break in the source, for who reads that. */
    HtmlWriter line() {
        out.append('\n');
        return this;
    }

    @Override
    public String toString() {
        if (!open.isEmpty()) {
            throw new IllegalStateException("not closed: " + open);
        }
        return "<!DOCTYPE html>\n" + out;
    }

    private void tag(String tag, String... attributes) {
        out.append('<').append(tag);
        for (int i = 0; i < attributes.length; i += 2) {
            if (attributes[i + 1] != null) {
                out.append(' ').append(attributes[i]).append("=\"");
                escape(attributes[i + 1]);
                out.append('"');
            }
        }
        out.append('>');
    }

    private void escape(String text) {
        text.codePoints().forEach(character -> {
            switch (character) {
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '&' -> out.append("&amp;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                case '\n', '\t' -> out.appendCodePoint(character);
                default -> out.appendCodePoint(isVisible(character) ? character : 0xfffd);
            }
        });
    }

    /** Marks that turn text around could make one job's id look like another's. */
    private static boolean isVisible(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR, Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
