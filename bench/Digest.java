import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** What was published, by whom and in whatever order: how many events, and a sum over the bytes of their data. */
final class Digest {

    private static final String OBSERVED = "\"observedAt\":\"";

    private long count;
    private long sum;

    /** All events of the files of a folder. */
    static Digest of(Path directory) throws IOException {
        var digest = new Digest();
        try (var files = Files.walk(directory)) {
            for (Path file : files.filter(one -> one.toString().endsWith(".ndjson")).toList()) {
                try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
                    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                        digest.add(line);
                    }
                }
            }
        }
        return digest;
    }

    /** When it was observed is the one thing in which two sides may differ; a derived time follows it. */
    void add(String event) {
        int data = event.indexOf("\"data\":");
        int observed = event.indexOf(OBSERVED, data);
        int rest = event.indexOf('"', observed + OBSERVED.length());
        long hash = 1125899906842597L;
        for (int at = data; at < event.length(); at++) {
            if (at < observed || at > rest) {
                hash = 31 * hash + event.charAt(at);
            }
        }
        sum += hash * 0x9E3779B97F4A7C15L ^ hash >>> 29;
        count++;
    }

    long count() {
        return count;
    }

    boolean isSame(Digest other) {
        return count == other.count && sum == other.sum;
    }
}
