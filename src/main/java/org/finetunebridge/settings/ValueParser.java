package org.finetunebridge.settings;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads typed values out of the configuration; collects what is wrong with them instead of stopping at the first. */
final class ValueParser {

    private static final Pattern SIZE = Pattern.compile("(\\d{1,9})\\s*(B|KB|MB|GB)?", Pattern.CASE_INSENSITIVE);
    private static final Map<String, Long> BYTES = Map.of("B", 1L, "KB", 1L << 10, "MB", 1L << 20, "GB", 1L << 30);
    private static final Pattern DURATION = Pattern.compile("(\\d+(ms|[smhd]))+");
    private static final Pattern BROKER = Pattern.compile("(\\[[0-9a-fA-F:.]+]|[^\\s:/\\[\\]]+):\\d{1,5}");
    private static final Pattern AMOUNT = Pattern.compile("(\\d+)(ms|[smhd])");
    private static final Map<String, ChronoUnit> UNITS = Map.of("ms", ChronoUnit.MILLIS, "s", ChronoUnit.SECONDS,
            "m", ChronoUnit.MINUTES, "h", ChronoUnit.HOURS, "d", ChronoUnit.DAYS);

    private final Map<String, String> values;
    private final List<String> problems = new ArrayList<>();

    ValueParser(Map<String, String> values) {
        this.values = values;
    }

    List<String> problems() {
        return problems;
    }

    /** @param what what is wrong, and what is allowed */
    void problem(String key, String what) {
        problems.add(key + " = " + SecretMask.shown(key, values.getOrDefault(key, "")) + ": " + what);
    }

    /** A key that is not set, but has to be. */
    void missing(String key, String what) {
        problems.add(key + " is not set: " + what);
    }

    /** A key that there is not. Neither it nor its value is shown as it is: either may hold a secret. */
    void unknown(String key, String hint) {
        problems.add(SecretMask.key(key) + " = ***: no such key" + hint);
    }

    String text(String key, String fallback) {
        String value = values.get(key);
        return value == null || value.isBlank() ? fallback : value.strip();
    }

    /** As it is, for white space may be part of it; null if it is not set. */
    String secret(String key) {
        String value = values.get(key);
        return value == null || value.isEmpty() ? null : value;
    }

    List<String> list(String key, String fallback) {
        return Arrays.stream(text(key, fallback).split(",")).map(String::strip).filter(word -> !word.isEmpty())
                .distinct().toList();
    }

    String oneOf(String key, String fallback, String... words) {
        return read(key, fallback, value -> Arrays.asList(words).contains(value) ? value : null,
                "allowed are " + String.join(", ", words));
    }

    boolean flag(String key, boolean fallback) {
        return Boolean.parseBoolean(oneOf(key, Boolean.toString(fallback), "true", "false"));
    }

    int number(String key, int fallback, int lowest, int highest) {
        return read(key, Integer.toString(fallback), value -> {
            int number = Integer.parseInt(value);
            return number >= lowest && number <= highest ? number : null;
        }, "allowed is a whole number from " + lowest + " to " + highest);
    }

    double rate(String key) {
        return read(key, "0", value -> {
            double number = Double.parseDouble(value);
            return number >= 0 && number <= 1_000_000 ? number : null;
        }, "allowed is a number of requests a second, such as 5 or 0.5; 0 is no limit");
    }

    /** @param least the shortest that is allowed */
    Duration duration(String key, String fallback, Duration least) {
        return read(key, fallback, value -> {
            Duration duration = duration(value);
            return duration.compareTo(least) >= 0 ? duration : null;
        }, "allowed is a duration with its unit, such as 500ms, 30s, 5m or 1h30m, of at least "
                + (least.toSeconds() > 0 ? least.toSeconds() + "s" : least.toMillis() + "ms"));
    }

    /** A date, a time, or how long ago; null if not set. Dates begin at midnight UTC. */
    Instant since(String key, Instant now) {
        return read(key, null, value -> {
            if (DURATION.matcher(value).matches() || value.matches("(?i)P.+")) {
                return now.minus(duration(value));
            }
            return value.indexOf('T') < 0 ? LocalDate.parse(value).atStartOfDay(ZoneOffset.UTC).toInstant()
                    : OffsetDateTime.parse(value).toInstant();
        }, "allowed is a date such as 2026-01-31, a time such as 2026-01-31T08:00:00Z, or a duration such as 7d");
    }

    ZoneId zone(String key, ZoneId fallback) {
        return read(key, fallback.getId(), ZoneId::of,
                "no such time zone; allowed are names such as Asia/Shanghai, and offsets such as +08:00");
    }

    /** http or https, without a slash at its end. */
    String url(String key, String fallback) {
        return read(key, fallback, value -> {
            URI url = URI.create(value);
            boolean http = "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
            boolean port = url.getPort() == -1 || url.getPort() > 0 && url.getPort() <= 65535;
            boolean plain = url.getRawQuery() == null && url.getRawFragment() == null && url.getRawUserInfo() == null;
            return http && url.getHost() != null && port && plain ? url.getScheme().toLowerCase(Locale.ROOT)
                    + value.substring(url.getScheme().length()).replaceAll("/+$", "") : null;
        }, "allowed is an http or https address with a host, perhaps a port from 1 to 65535 and a path, without user,"
                + " query or fragment");
    }

    /** {@code host:port}, comma-separated. */
    String brokers(String key, String fallback) {
        return read(key, fallback, value -> Arrays.stream(value.split(",")).map(String::strip)
                .allMatch(one -> BROKER.matcher(one).matches() && isPort(one.replaceAll(".*:", ""))) ? value : null,
                "allowed is host:port with a port from 1 to 65535, several after commas");
    }

    /** @param used whether it must be there, or be one that can be made */
    Path directory(String key, String fallback, boolean used) {
        try {
            Path path = Path.of(text(key, fallback));
            Path there = path.toAbsolutePath();
            while (there != null && !Files.exists(there)) {
                there = there.getParent();
            }
            if (used && there != null && Files.isRegularFile(there)) {
                problem(key, there + " is a file; allowed is a directory, which is made if it is not there");
            }
            return path;
        } catch (InvalidPathException e) {
            problem(key, "not a path");
            return Path.of(fallback);
        }
    }

    /** Bytes. */
    long size(String key, String fallback) {
        return read(key, fallback, value -> {
            Matcher size = SIZE.matcher(value);
            long bytes = size.matches() ? Long.parseLong(size.group(1))
                    * BYTES.get(size.group(2) == null ? "B" : size.group(2).toUpperCase(Locale.ROOT)) : 0;
            return bytes > 0 && bytes <= Integer.MAX_VALUE / 2 ? bytes : null;
        }, "allowed is a size such as 512KB or 16MB, below 1GB");
    }

    private static boolean isPort(String digits) {
        int port = Integer.parseInt(digits);
        return port > 0 && port <= 65535;
    }

    /** A number without a unit is none: some would mean seconds by it, and others milliseconds. */
    private static Duration duration(String text) {
        Duration sum = Duration.ZERO;
        if (DURATION.matcher(text).matches()) {
            for (Matcher amount = AMOUNT.matcher(text); amount.find();) {
                sum = sum.plus(Long.parseLong(amount.group(1)), UNITS.get(amount.group(2)));
            }
        } else {
            sum = Duration.parse(text);
        }
        return Duration.ofMillis(sum.toMillis());
    }

    /**
     * The value of a key, or of its fallback if it is not set or not allowed.
     *
     * @param parse   gives null or throws if the value is not allowed
     * @param allowed what to say then
     */
    private <T> T read(String key, String fallback, Function<String, T> parse, String allowed) {
        String value = text(key, fallback);
        if (value == null) {
            return null;
        }
        T parsed = null;
        try {
            parsed = parse.apply(value);
        } catch (RuntimeException e) {
            // said below
        }
        if (parsed != null) {
            return parsed;
        }
        if (!value.equals(fallback)) {
            problem(key, allowed);
            return fallback == null ? null : parse.apply(fallback);
        }
        missing(key, allowed);
        return null;
    }
}
