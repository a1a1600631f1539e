package org.finetunebridge.observability.statuspage;

import com.samskivert.mustache.Mustache;

/**
 * Makes any text safe between tags and within quoted attributes. Control characters and invisible marks are replaced:
 * marks that reverse the writing direction could make one job's id look like another's.
 */
final class HtmlEscaper implements Mustache.Escaper {

    private static final int REPLACEMENT = 0xfffd;

    @Override
    public String escape(String text) {
        var out = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(character -> {
            switch (character) {
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '&' -> out.append("&amp;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                case '\n', '\t' -> out.appendCodePoint(character);
                default -> out.appendCodePoint(isVisible(character) ? character : REPLACEMENT);
            }
        });
        return out.toString();
    }

    private static boolean isVisible(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR, Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
