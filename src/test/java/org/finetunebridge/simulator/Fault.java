package org.finetunebridge.simulator;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPOutputStream;

/**
 * One way to misbehave.
 *
 * @param delay    how long the provider waits before it answers
 * @param query    changes what the simulation is asked
 * @param page     changes the simulation's answer, before it is put in the provider's format
 * @param response changes the response before it is sent
 * @param readable whether a reader of the response still gets the facts: only then do they count as served
 */
public record Fault(Duration delay, UnaryOperator<ObjectNode> query, UnaryOperator<ObjectNode> page,
        Consumer<SimulatedResponse> response, boolean readable) {

    static final Fault NONE = new Fault(Duration.ZERO, page -> page, answer -> { }, true);

    /** One that leaves the query as it is. */
    public Fault(Duration delay, UnaryOperator<ObjectNode> page, Consumer<SimulatedResponse> response, boolean readable) {
        this(delay, query -> query, page, response, readable);
    }

    /** This fault and then that one. */
    public Fault and(Fault other) {
        return new Fault(delay.plus(other.delay), asked -> other.query.apply(query.apply(asked)),
                answer -> other.page.apply(page.apply(answer)), response.andThen(other.response),
                readable && other.readable);
    }

    /** The same fault with a response header, {@code Retry-After} for one. */
    public Fault header(String name, String value) {
        return and(headers(Map.of(name, value)));
    }

    /** An HTTP status, with the body the provider would send with it. */
    public static Fault status(int code) {
        return problem(String.valueOf(code)).and(changing(answer -> answer.status(code)));
    }

    /** A refusal in the provider's own way: a problem its {@code -error.jslt} knows, such as {@code unauthorized}. */
    public static Fault problem(String problem) {
        return new Fault(Duration.ZERO, page -> PageQuery.problem(problem), answer -> { }, false);
    }

    /** Any status and body. */
    public static Fault body(int code, String text) {
        return changing(answer -> answer.status(code).body(text.getBytes(UTF_8)));
    }

    /** The right answer with its text changed, to make one record of it bad. */
    public static Fault edited(UnaryOperator<String> edit) {
        return changing(answer -> answer.body(edit.apply(new String(answer.body(), UTF_8)).getBytes(UTF_8)));
    }

    /** A gateway's HTML page. */
    public static Fault html(int code) {
        return body(code, "<html><head><title>Gateway</title></head><body><h1>Please wait</h1></body></html>")
                .header("Content-Type", "text/html");
    }

    /** Bytes that are neither JSON nor text. */
    public static Fault garbage() {
        return changing(answer -> answer.body(new byte[] {'{', '"', 0, (byte) 0xff, (byte) 0xfe, 7, '{', '{'}));
    }

    /** A body of no bytes. */
    public static Fault empty() {
        return changing(answer -> answer.body(new byte[0]));
    }

    /** The head of the right body, as if it were all: the JSON ends in the middle. */
    public static Fault truncated() {
        return changing(answer -> answer.body(Arrays.copyOf(answer.body(), answer.body().length / 2)));
    }

    /** The head of the right body, then the connection is cut. */
    public static Fault cut() {
        return changing(answer -> answer.cutAfter(answer.body().length / 2));
    }

    /** The connection is cut without a byte of answer. */
    public static Fault drop() {
        return changing(answer -> answer.cutAfter(0));
    }

    /** A well-formed JSON body of about this size, streamed. */
    public static Fault huge(long bytes) {
        return changing(answer -> answer.body(new OversizedBody(bytes)));
    }

    /** The right answer, late. */
    public static Fault slow(Duration delay) {
        return new Fault(delay, page -> page, answer -> { }, true);
    }

    /** The right answer, with these response headers. */
    public static Fault headers(Map<String, String> headers) {
        return new Fault(Duration.ZERO, page -> page, answer -> headers.forEach(answer::header), true);
    }

    /** The right answer, compressed, whether that was asked for or not. */
    public static Fault gzip() {
        return new Fault(Duration.ZERO, page -> page,
                answer -> answer.header("Content-Encoding", "gzip").body(zipped(answer.body())), true);
    }

    /** The caller is sent elsewhere. */
    public static Fault redirect(String url) {
        return changing(answer -> answer.status(302).header("Location", url).body(new byte[0]));
    }

    /** Every job, checkpoint or line shown has this status. */
    public static Fault newStatus(String status) {
        return new Fault(Duration.ZERO, page -> {
            page.path("items").forEach(item -> ((ObjectNode) item).put("status", status));
            return page;
        }, answer -> { }, true);
    }

    /** The first page of a job (or of the list) is answered again and again, and there is always more. */
    public static Fault repeat() {
        Map<String, JsonNode> firsts = new ConcurrentHashMap<>();
        return new Fault(Duration.ZERO, page -> {
            JsonNode first = firsts.computeIfAbsent(page.path("job").path("id").asText(), job -> page.path("items"));
            page.set("items", first);
            return page.put("more", true).put("total", 1_000_000);
        }, answer -> { }, true);
    }

    private static Fault changing(Consumer<SimulatedResponse> change) {
        return new Fault(Duration.ZERO, page -> page, change, false);
    }

    private static byte[] zipped(byte[] bytes) {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
            out.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return zipped.toByteArray();
    }
}
