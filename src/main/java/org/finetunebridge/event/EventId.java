package org.finetunebridge.event;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * The name of a fact: the same fact has the same id on every machine and after every restart, and no two facts share
 * one. The first 130 bits of a SHA-256 in RFC 4648 base 32, lower case.
 */
public final class EventId {

    private static final char SEPARATOR = '\u001f';
    private static final String DIGITS = "abcdefghijklmnopqrstuvwxyz234567";
    private static final int LENGTH = 26;
    private static final char FIRST_BEYOND_ASCII = 0x80;
    private static final MessageDigest SHA_256 = newSha256();

    private EventId() {}

    /**
     * An id that is made when it is asked for: nobody asks for that of a fact that a record repeats. The key must not change
     * meanwhile. Safe for threads.
     */
    public static final class Deferred {

        private final Supplier<String> making;
        private volatile String made;

        Deferred(Supplier<String> making) {
            this.making = making;
        }

        String text() {
            String text = made;
            if (text == null) {
                text = making.get();
                made = text;
            }
            return text;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Deferred id && id.text().equals(text());
        }

        @Override
        public int hashCode() {
            return text().hashCode();
        }

        @Override
        public String toString() {
            return text();
        }
    }

    /** The id of the fact that this kind, provider, job and key name. */
    static String of(FactType kind, String provider, String job, JsonNode key) {
        var plain = new PlainName().field(kind.word()).field(provider).field(job);
        for (JsonNode part : key) {
            plain.part(part);
        }
        return plain.isPlain ? id(plain.digest()) : ofAnything(kind, provider, job, key);
    }

    /** Of fields that hold any characters. */
    static String ofAnything(FactType kind, String provider, String job, JsonNode key) {
        StringBuilder name = new StringBuilder(96).append("v1");
        field(name, kind.word());
        field(name, provider);
        field(name, job);
        for (JsonNode part : key) {
            if (part.isTextual()) {
                text(name, part.textValue());
            } else {
                field(name, canonical(part));
            }
        }
        return hash(name.toString());
    }

    /** The id of the n-th occurrence of a status, from the second on; {@code first} is the id of its first. */
    static String ofOccurrence(String first, int number) {
        return hash(first + SEPARATOR + number);
    }

    /** The id of anything that has a text, in the same form. */
    public static String hash(String text) {
        return id(sha256().digest(whole(text).getBytes(StandardCharsets.UTF_8)));
    }

    private static String id(byte[] digest) {
        byte[] id = new byte[LENGTH];
        for (int digit = 0; digit < LENGTH; digit++) {
            id[digit] = (byte) DIGITS.charAt(fiveBits(digest, digit * 5));
        }
        return new String(id, StandardCharsets.ISO_8859_1);
    }

    /** JSON text that does not depend on the order in which a provider writes the keys of an object. */
    public static String canonical(JsonNode node) {
        var text = new StringBuilder(128);
        JsonWriter.canonical(node, text);
        return text.toString();
    }

    /** A text that looks like {@link #canonical} JSON, which has a comma too many, is not that JSON. */
    private static void text(StringBuilder name, String text) {
        if (text.endsWith(",}") || text.endsWith(",]")) {
            name.append(SEPARATOR).append('\\');
            escaped(name, text);
        } else {
            field(name, text);
        }
    }

    /** Escaped, so that no two different lists of fields look alike once joined. */
    private static void field(StringBuilder name, String text) {
        escaped(name.append(SEPARATOR), text);
    }

    private static void escaped(StringBuilder name, String text) {
        if (text.indexOf(SEPARATOR) < 0 && text.indexOf('\\') < 0) {
            name.append(text);
            return;
        }
        name.append(text.replace("\\", "\\\\").replace(String.valueOf(SEPARATOR), "\\u001f"));
    }

    /** Half a character, as a text that was cut leaves it, would become a question mark like any other half. */
    private static String whole(String text) {
        if (!hasSurrogates(text) || StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            return text;
        }
        var whole = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(point -> {
            if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
                whole.append("\\u").append(Integer.toHexString(point));
            } else {
                whole.appendCodePoint(point);
            }
        });
        return whole.toString();
    }

    private static boolean hasSurrogates(String text) {
        for (int at = 0; at < text.length(); at++) {
            if (Character.isSurrogate(text.charAt(at))) {
                return true;
            }
        }
        return false;
    }

    private static int fiveBits(byte[] bytes, int firstBit) {
        int index = firstBit >> 3;
        int sixteen = (bytes[index] & 0xff) << 8 | bytes[index + 1] & 0xff;
        return sixteen >> 11 - (firstBit & 7) & 31;
    }

    /**
     * A name of fields of plain ASCII in which nothing is to be escaped, as nearly all are: its characters are its bytes.
     */
    private static final class PlainName {

        private byte[] bytes = new byte[256];
        private int length;
        private boolean isPlain = true;

        PlainName() {
            bytes[length++] = 'v';
            bytes[length++] = '1';
        }

        PlainName part(JsonNode part) {
            if (part.isTextual()) {
                // One that ends like canonical JSON is marked as a text.
                isPlain &= !part.textValue().endsWith(",}") && !part.textValue().endsWith(",]");
                return field(part.textValue());
            }
            return isPlain ? field(canonical(part)) : this;
        }

        PlainName field(String text) {
            if (length + text.length() >= bytes.length) {
                bytes = Arrays.copyOf(bytes, 2 * (length + text.length()));
            }
            bytes[length++] = SEPARATOR;
            for (int at = 0; at < text.length(); at++) {
                char unit = text.charAt(at);
                isPlain &= unit < FIRST_BEYOND_ASCII && unit != SEPARATOR && unit != '\\';
                bytes[length++] = (byte) unit;
            }
            return this;
        }

        byte[] digest() {
            MessageDigest sha = sha256();
            sha.update(bytes, 0, length);
            return sha.digest();
        }
    }

    /** A copy: looking it up among the security providers takes longer than the hash. */
    private static MessageDigest sha256() {
        try {
            return (MessageDigest) SHA_256.clone();
        } catch (CloneNotSupportedException e) {
            return newSha256();
        }
    }

    private static MessageDigest newSha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
