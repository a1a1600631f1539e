package org.finetunebridge.settings;

import java.util.regex.Pattern;

/** What may be shown of keys and values: nothing that may be a secret, and nothing that a terminal would obey. */
public final class SecretMask {

    private static final String INSTEAD = "***";
    private static final int LONGEST_SHOWN = 80;
    private static final Pattern SECRET_KEY = Pattern.compile("(?i)(?!.*-url$).*(api-?key|access-?key|private-?key"
            + "|password|passphrase|secret|token|jaas|credential).*|bridge\\.kafka\\.client\\..*|.*\\.proxy");
    /** Its value may hold a user and a password, and is no secret otherwise. */
    private static final Pattern PROXY_KEY = Pattern.compile(".*\\.proxy");
    /** Where a known key that holds a secret ends: what is written right after it may be the secret. */
    private static final Pattern SECRET_BEGINS =
            Pattern.compile("(?i)^(.*?(?:api-?key|password|secret|token))(.+)$");
    /** As vendors begin their keys. */
    private static final Pattern VENDOR_KEY =
            Pattern.compile("(?i)\\b(sk|pk|ak|rk)[-_]\\S{3,}|\\bbearer\\s+\\S+|\\beyJ\\S{6,}");
    /** A long word of letters and digits. */
    private static final Pattern LONG_WORD =
            Pattern.compile("['\"]?(?=.*\\d)(?=.*[A-Za-z])[A-Za-z0-9_+=.-]{24,}['\"]?");
    private static final Pattern NAMED_SECRET =
            Pattern.compile("(?i)((?:api[-_]?key|password|secret|token)[\"']?[=: ]).*");

    private SecretMask() {}

    /** Whether the value of that key may be a secret. */
    public static boolean isSecret(String key) {
        return SECRET_KEY.matcher(key).matches();
    }

    /** The whole value of a key without what may be a secret in it. */
    public static String masked(String key, String value) {
        return PROXY_KEY.matcher(key).matches() ? value.replaceAll("(?s)^(\\w+://)?.*@", "$1***@") : isSecret(key) ? INSTEAD : value;
    }

    /** The value of a key, for a person: one line, cut if it is long. */
    public static String shown(String key, String value) {
        if (isSecret(key) && !PROXY_KEY.matcher(key).matches()) {
            return INSTEAD;
        }
        String printable = masked(key, value).replaceAll("[^\\x20-\\x7e\\u00a0-\\uffff]", "?").replaceAll("//.*@", "//***@")
                .replaceAll("[?].*=.*", "?***");
        String masked = VENDOR_KEY.matcher(NAMED_SECRET.matcher(printable).replaceAll("$1***")).replaceAll(INSTEAD);
        return LONG_WORD.matcher(masked).matches() ? INSTEAD : masked.length() <= LONGEST_SHOWN ? masked : masked.substring(0, LONGEST_SHOWN) + "…";
    }

    /** A key that may be none: with odd quotes or a missing = a secret may stand in it. */
    public static String key(String key) {
        String end = key.replaceFirst("[^A-Za-z0-9._-].*", "");
        String begins = SECRET_BEGINS.matcher(end).replaceFirst("$1");
        boolean cut = !end.equals(key) || begins.length() + 2 < end.length();
        String shown = cut ? begins + INSTEAD : end;
        return VENDOR_KEY.matcher(shown).replaceAll(INSTEAD);
    }
}
