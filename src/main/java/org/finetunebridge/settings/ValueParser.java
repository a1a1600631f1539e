package org.finetunebridge.settings;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.util.TimeUtils;
import org.quartz.CronExpression;

/** Reads typed values out of the configuration, and collects what is wrong with them instead of stopping at the first. */
final class ValueParser {

    private static final Pattern SIZE = Pattern.compile("(\\d{1,9})\\s*(B|KB|MB|GB)?", Pattern.CASE_INSENSITIVE);
    private static final Map<String, Long> UNITS = Map.of("B", 1L, "KB", 1L << 10, "MB", 1L << 20, "GB", 1L << 30);
    private static final Pattern DURATION = Pattern.compile("(\\d+(ms|[smhd]))+|\\d+|(?i:P[0-9DTHMS.]+)");
    private static final int LONGEST_SHOWN = 80;

    private final Map<String, String> values;
    private final List<String> problems = new ArrayList<>();

    ValueParser(Map<String, String> values) {
        this.values = values;
    }

    List<String> problems() {
        return problems;
    }

    void problem(String key, String what) {
        problems.add(key + " = " + shown(values.getOrDefault(key, "")) + ": " + what);
    }

    /** A problem with a value that nobody must see. */
    void secretProblem(String key, String what) {
        problems.add(key + " = ***: " + what);
    }

    String text(String key, String fallback) {
        String value = values.get(key);
        return value == null || value.isBlank() ? fallback : value.strip();
    }

    List<String> list(String key, String fallback) {
        return Arrays.stream(text(key, fallback).split(",")).map(String::strip).filter(word -> !word.isEmpty())
                .distinct().toList();
    }

    String oneOf(String key, String fallback, String... words) {
        String value = text(key, fallback);
        if (!Arrays.asList(words).contains(value)) {
            problem(key, "allowed are " + String.join(", ", words));
            return fallback;
        }
        return value;
    }

    boolean flag(String key, boolean fallback) {
        return Boolean.parseBoolean(oneOf(key, Boolean.toString(fallback), "true", "false"));
    }

    int number(String key, int fallback, int lowest, int highest) {
        try {
            int value = Integer.parseInt(text(key, Integer.toString(fallback)));
            if (value >= lowest && value <= highest) {
                return value;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        problem(key, "allowed is a whole number from " + lowest + " to " + highest);
        return fallback;
    }

    double rate(String key) {
        try {
            double value = Double.parseDouble(text(key, "0"));
            if (value >= 0 && value <= 1_000_000) {
                return value;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        problem(key, "allowed is a number of requests a second, such as 5 or 0.5; 0 is no limit");
        return 0;
    }

    Duration duration(String key, String fallback) {
        Duration duration = parsedDuration(text(key, fallback));
        if (duration == null || duration.isZero() || duration.isNegative()) {
            problem(key, "allowed is a duration such as 500ms, 30s, 5m or 1h30m");
            return parsedDuration(fallback);
        }
        return duration;
    }

    /** A date, a time, or how long ago; null if not set. Dates begin at midnight UTC. */
    Instant since(String key, Instant now) {
        String value = text(key, null);
        if (value == null) {
            return null;
        }
        try {
            // A number alone may be meant as a year: as milliseconds it would mark every job as seen, for good.
            Duration ago = value.chars().allMatch(Character::isDigit) ? null : parsedDuration(value);
            if (ago != null) {
                return now.minus(ago);
            }
            return value.indexOf('T') < 0 ? LocalDate.parse(value).atStartOfDay(ZoneOffset.UTC).toInstant()
                    : OffsetDateTime.parse(value).toInstant();
        } catch (DateTimeException | ArithmeticException e) {
            problem(key, "allowed is a date such as 2026-01-31, a time such as 2026-01-31T08:00:00Z, or a duration such"
                    + " as 7d");
            return null;
        }
    }

    ZoneId zone(String key, ZoneId fallback) {
        try {
            return ZoneId.of(text(key, fallback.getId()));
        } catch (DateTimeException e) {
            problem(key, "no such time zone; allowed are names such as Asia/Shanghai, and offsets such as +08:00");
            return fallback;
        }
    }

    String cron(String key) {
        String value = text(key, null);
        if (value != null) {
            try {
                new CronExpression(value);
            } catch (ParseException | RuntimeException e) {
                problem(key, "not a Quartz cron expression (seconds first, six or seven fields), such as"
                        + " '0 0/5 * * * ?' for every five minutes");
                return null;
            }
        }
        return value;
    }

    String url(String key, String fallback) {
        String value = text(key, fallback);
        try {
            URI url = new URI(value);
            boolean http = "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
            if (http && url.getHost() != null && url.getRawQuery() == null && url.getRawFragment() == null
                    && url.getRawUserInfo() == null) {
                return url.getScheme().toLowerCase(Locale.ROOT)
                        + value.substring(url.getScheme().length()).replaceAll("/+$", "");
            }
        } catch (URISyntaxException e) {
            // told below
        }
        // A user or a query may hold a password.
        problems.add(key + " = " + shown(value.replaceAll("//[^/]*@", "//***@").replaceAll("[?].*", "?***"))
                + ": allowed is an http or https address with a host and perhaps a path, without user, query or"
                + " fragment");
        return fallback;
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
        Matcher size = SIZE.matcher(text(key, fallback));
        if (size.matches()) {
            String unit = size.group(2) == null ? "B" : size.group(2).toUpperCase(Locale.ROOT);
            long bytes = Long.parseLong(size.group(1)) * UNITS.get(unit);
            if (bytes > 0 && bytes <= Integer.MAX_VALUE / 2) {
                return bytes;
            }
        }
        problem(key, "allowed is a size such as 512KB or 16MB, below 1GB");
        return 0;
    }

    private static Duration parsedDuration(String text) {
        if (!DURATION.matcher(text).matches()) {
            return null;
        }
        try {
            return text.startsWith("P") || text.startsWith("p") ? Duration.parse(text)
                    : Duration.ofMillis(TimeUtils.toMilliSeconds(text));
        } catch (RuntimeException e) {
            return null;
        }
    }

    private static String shown(String value) {
        String printable = value.replaceAll("[^\\x20-\\x7e\\u00a0-\\uffff]", "?").replaceAll("//.*@", "//***@");
        return printable.length() <= LONGEST_SHOWN ? printable : printable.substring(0, LONGEST_SHOWN) + "…";
    }
}
