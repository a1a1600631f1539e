package org.finetunebridge.text;

/** Foreign text, made fit for one line that a person reads. */
public final class LogSanitizer {

    private static final int LONGEST = 300;

    private LogSanitizer() {}

    /** Control characters, terminal escapes and invisible marks become {@code ?}; long texts are cut. */
    public static String line(String text) {
        if (text == null) {
            return "";
        }
        var line = new StringBuilder(Math.min(text.length(), LONGEST));
        text.codePoints().limit(LONGEST).forEach(character -> line.appendCodePoint(isPlain(character) ? character
                : Character.isWhitespace(character) ? ' ' : '?'));
        return text.codePointCount(0, text.length()) > LONGEST ? line + "…" : line.toString();
    }

    private static boolean isPlain(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR, Character.PRIVATE_USE, Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
