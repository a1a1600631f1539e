package org.finetunebridge.camel.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Variable;
import org.apache.camel.component.http.HttpMethods;
import org.finetunebridge.polling.RateLimiter;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.provider.ErrorTable;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.provider.RateLimitHeaders;
import org.finetunebridge.provider.RequestAttempt;
import org.finetunebridge.provider.RetryAfter;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.text.LogSanitizer;
import org.finetunebridge.text.SecretRedactor;

/**
 * A source's account: its key goes out with every request, its errors come back. Everything a provider sends besides
 * the body is read here and dropped by the route, since some of it would steer Camel.
 */
public final class ProviderClient {

    /** As Camel wants them: from a text it would look through all its converters, for every request. */
    private static final Map<String, Object> METHODS = Map.of("GET", HttpMethods.GET, "POST", HttpMethods.POST);

    private final SourceSettings source;
    private final RateLimiter budget;
    private final ObjectMapper json;
    private final InstantSource clock;
    private final SecretRedactor secret;

    /**
     * @param budget of requests, shared by everything that uses the key
     * @param json   with the limits that hostile input is read with
     * @param clock  tells when an answer came
     */
    public ProviderClient(SourceSettings source, RateLimiter budget, ObjectMapper json, InstantSource clock) {
        this.source = source;
        this.budget = budget;
        this.json = json;
        this.clock = clock;
        this.secret = new SecretRedactor(source.apiKey());
    }

    /** Readies a request: waits for its turn, and puts the key where the provider wants it. */
    public void ask(Exchange exchange, @Variable("attempt") RequestAttempt attempt) throws InterruptedException {
        Message request = exchange.getMessage();
        String method = request.getHeader(Exchange.HTTP_METHOD, String.class);
        if (method != null) {
            request.setHeader(Exchange.HTTP_METHOD, METHODS.getOrDefault(method, method));
        }
        attempt.asked(method,
                request.getHeader(Exchange.HTTP_PATH, String.class),
                request.getHeader(Exchange.HTTP_QUERY, String.class));
        budget.take();
        attempt.sent();
        attempt.sentWith(secret);
        request.setHeader(source.provider().keyHeader(), source.provider().keyPrefix() + source.apiKey());
    }

    /**
     * Takes the body of an answer that is none of an error.
     *
     * @throws ProviderException if the status says it is one
     */
    public byte[] answered(Exchange exchange, @Variable("attempt") RequestAttempt attempt) {
        Message answer = exchange.getMessage();
        byte[] body = answer.getBody() == null ? new byte[0] : answer.getBody(byte[].class);
        String text = new String(body, StandardCharsets.ISO_8859_1);
        attempt.answered(bytes(text, secret.outOf(text), body), clock.instant(), requestId(answer));
        attempt.rest(RateLimitHeaders.rest(source.provider().limits(), name -> answer.getHeader(name, String.class)));
        int status = answer.getHeader(Exchange.HTTP_RESPONSE_CODE, 0, int.class);
        if (status < 200 || status > 299) {
            throw failure(status, tree(body), attempt.body(), wait(answer));
        }
        return bytes(text, secret.outOfRecords(text), body);
    }

    /** @throws ProviderException if the provider hides an error in an answer with status 200 */
    public void vet(@Body JsonNode body, @Variable("attempt") RequestAttempt attempt) {
        if (source.provider().errors().hides(body)) {
            throw failure(200, body, attempt.body(), null);
        }
    }

    private static byte[] bytes(String text, String redacted, byte[] body) {
        return text.equals(redacted) ? body : redacted.getBytes(StandardCharsets.ISO_8859_1);
    }

    private ProviderException failure(int status, JsonNode body, byte[] bytes, Duration wait) {
        ErrorTable.Said said = source.provider().errors().said(body);
        ErrorAction means = source.provider().errors().means(status, said);
        // Some providers repeat a wrong key in their error.
        String code = secret.outOf(said.code());
        String message = "HTTP " + status + (code.isEmpty() ? "" : " " + code)
                + (said.message().isEmpty() ? "" : ": " + secret.outOf(said.message()));
        return new ProviderException(means, LogSanitizer.line(message), status, LogSanitizer.line(code),
                secret.outOfRecords(said.requestId()), wait, bytes);
    }

    private Duration wait(Message answer) {
        return RetryAfter.read(answer.getHeader("retry-after-ms", String.class),
                answer.getHeader("Retry-After", String.class), clock.instant());
    }

    private String requestId(Message answer) {
        String header = source.provider().requestIdHeader();
        String id = header == null ? null : answer.getHeader(header, String.class);
        return secret.outOfRecords(id);
    }

    /** An error's body may be anything: a proxy's HTML, or nothing. */
    private JsonNode tree(byte[] body) {
        try {
            return body.length == 0 ? null : json.readTree(body);
        } catch (IOException | NumberFormatException e) {
            return null;
        }
    }
}
