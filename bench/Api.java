import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;

/** The stand-in as the benchmark sees it: a process, its address, and what it has counted. */
final class Api implements AutoCloseable {

    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Child process;
    private final String address;

    /**
     * What was asked of it since the last reset.
     *
     * @param first  when the first request came, epoch milliseconds; 0 before
     * @param poll cycles how often an account's list was begun
     */
    record Counts(long first, long requests, long bytes, long cycles) {

        Counts since(Counts before) {
            return new Counts(first, requests - before.requests, bytes - before.bytes, cycles - before.cycles);
        }
    }

    /** @param over whether all jobs have ended */
    Api(Path directory, int minimax, int events, int dashscope, int checkpoints, boolean over) {
        process = new Child(directory, "stand-in", List.of(Child.java(), "-Xmx1g", "-XX:+UseSerialGC", "-cp",
                System.getProperty("java.class.path"), "StandIn", "" + minimax, "" + events, "" + dashscope,
                "" + checkpoints, "" + over));
        address = "http://127.0.0.1:" + process.firstLine();
    }

    String address() {
        return address;
    }

    double cpu() {
        return process.cpu();
    }

    Counts counts() {
        return ask("stats");
    }

    void reset() {
        ask("reset");
    }

    /** One event more for every MiniMax job. */
    void add() {
        ask("add");
    }

    /** One event more for any MiniMax job. */
    void addOne() {
        ask("add-one");
    }

    /** From now on it refuses further requests in a second. */
    void limit(int aSecond) {
        ask("limit-" + aSecond);
    }

    /** How many it refused since then. */
    long refused() {
        return ask("refused").first();
    }

    @Override
    public void close() {
        process.close();
    }

    private Counts ask(String what) {
        try {
            String[] numbers = http.send(HttpRequest.newBuilder(URI.create(address + "/bench/" + what)).build(),
                    BodyHandlers.ofString()).body().split(" ");
            return new Counts(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]), Long.parseLong(numbers[2]),
                    Long.parseLong(numbers[3]));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
