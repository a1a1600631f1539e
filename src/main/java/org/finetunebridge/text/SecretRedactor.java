package org.finetunebridge.text;

import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A key, of ASCII, to be taken out of a text that repeats it: as it is, or as JSON or an address write its signs. */
public final class SecretRedactor {

    private static final String INSTEAD = "***";

    private final String plainest;
    private final Pattern pattern;

    public SecretRedactor(String secret) {
        plainest = Pattern.compile("[^A-Za-z0-9]+").splitAsStream(secret).reduce("",
                (one, next) -> next.length() > one.length() ? next : one);
        pattern = Pattern.compile(secret.chars().mapToObj(SecretRedactor::written).collect(Collectors.joining()));
    }

    /** Fast where it is not: answers are long, and hardly any repeats a key. */
    public boolean isIn(String text) {
        return text.contains(plainest) && pattern.matcher(text).find();
    }

    public String outOf(String text) {
        return isIn(text) ? pattern.matcher(text).replaceAll(INSTEAD) : text;
    }

    private static String written(int sign) {
        return Character.isLetterOrDigit(sign) ? Character.toString(sign) : String.format(
                "(?:\\\\?%s|(?i:\\\\u00%02x|%%%02x))", Pattern.quote(Character.toString(sign)), sign, sign);
    }
}
