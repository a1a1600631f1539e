package org.finetunebridge.text;

import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A key, of ASCII, to be taken out of a text that repeats it: as it is, or as JSON or an address write its signs. A key
 * that is short may be a word of the text or part of an id: it is taken out of texts about errors, and only where it is a
 * word of its own; never out of records, which are published.
 */
public final class SecretRedactor {

    /** Takes nothing out of anything. */
    public static final SecretRedactor NONE = new SecretRedactor("");

    private static final String INSTEAD = "***";
    /** Characters from which on no word, number or id is taken for the key by chance. */
    private static final int UNMISTAKABLE = 16;
    private static final String WORD_BEGINS = "(?<![A-Za-z0-9])";
    private static final String WORD_ENDS = "(?![A-Za-z0-9])";
    /** Signs that ids, names of models and addresses join their parts with; after them a letter of a JSON escape. */
    private static final String ALONE_BEGINS = "(?:(?<![A-Za-z0-9_./:@+%-])|(?<=\\\\[nrtbf]))";
    private static final String ALONE_ENDS = "(?![A-Za-z0-9_/@+%-]|[.:][A-Za-z0-9])";

    private final String plainest;
    private final Pattern inErrors;
    private final Pattern inRecords;

    /** @param secret empty to redact nothing */
    public SecretRedactor(String secret) {
        plainest = Pattern.compile("[^A-Za-z0-9]+").splitAsStream(secret).reduce("",
                (one, next) -> next.length() > one.length() ? next : one);
        String key = secret.chars().mapToObj(SecretRedactor::written).collect(Collectors.joining());
        boolean isLong = secret.length() >= UNMISTAKABLE;
        inErrors = secret.isEmpty() ? null : Pattern.compile(isLong ? key : WORD_BEGINS + key + WORD_ENDS);
        inRecords = isLong ? Pattern.compile(ALONE_BEGINS + key + ALONE_ENDS) : null;
    }

    /** Whether it may be there. Fast where it is not: answers are long, and hardly any repeats a key. */
    public boolean mayBeIn(String text) {
        return inErrors != null && text.contains(plainest);
    }

    /** A text about an error, or an answer that is kept for a person to read, without the key. */
    public String outOf(String text) {
        return text != null && mayBeIn(text) ? inErrors.matcher(text).replaceAll(INSTEAD) : text;
    }

    /**
     * An answer whose records are published, or an id in it, without a key of at least sixteen characters that stands
     * alone: within a longer id, a model's name or an address the same characters mean something else.
     */
    public String outOfRecords(String text) {
        return text != null && inRecords != null && mayBeIn(text) ? inRecords.matcher(text).replaceAll(INSTEAD) : text;
    }

    private static String written(int sign) {
        return Character.isLetterOrDigit(sign) ? Character.toString(sign) : String.format(
                "(?:\\\\?%s|(?i:\\\\u00%02x|%%%02x))", Pattern.quote(Character.toString(sign)), sign, sign);
    }
}
