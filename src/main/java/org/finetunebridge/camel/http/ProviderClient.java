package org.finetunebridge.camel.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.component.http.HttpMethods;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpStatus;
import org.finetunebridge.camel.Account;
import org.finetunebridge.camel.Accounts;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.provider.ErrorTable;
import org.finetunebridge.provider.Provider;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.provider.RequestAttempt;
import org.finetunebridge.provider.RetryAfter;
import org.finetunebridge.text.LogSanitizer;
import org.finetunebridge.text.PercentEncoder;
import org.finetunebridge.text.SecretRedactor;

/**
 * What {@code fetch.camel.yaml} calls, for all accounts: the account's address and key go out with every request, its
 * errors come back. Everything a provider sends besides the body is read here and dropped, since some of it would steer
 * Camel; so is what came along by chance with a request.
 */
public final class ProviderClient {

    /** As Camel wants them: from a text it would look through all its converters, for every request. */
    private static final Map<String, Object> METHODS = Map.of("GET", HttpMethods.GET, "POST", HttpMethods.POST);
    /** Exchange property: the key that the request was sent with. */
    private static final String KEY = "finetuneBridgeKey";
    /** The headers by which a provider's route says what it asks. */
    private static final Set<String> OF_REQUEST = Set.of(Exchange.HTTP_METHOD, Exchange.HTTP_PATH, Exchange.HTTP_QUERY, Exchange.CONTENT_TYPE);
    /** What Camel counts with when it tries a step again: without it, it would try for ever. */
    private static final String OF_REDELIVERY = "CamelRedeliver";
    private static final String WAIT = "finetuneBridgeWait";
    /** Variable of the exchange: set if the server does not have the optional resource that is asked for. */
    public static final String ABSENT = "absent";
    /** What stands for the answer then; nobody maps it. */
    private static final byte[] NOTHING = {'{', '}'};

    private final Accounts accounts;
    private final ObjectMapper json;
    private final InstantSource clock;
    private final AbsentResources absent = new AbsentResources();

    /**
     * @param json  with the limits that hostile input is read with
     * @param clock tells when an answer came
     */
    public ProviderClient(Accounts accounts, ObjectMapper json, InstantSource clock) {
        this.accounts = accounts;
        this.json = json;
        this.clock = clock;
    }

    /** The steps by the names that the routes call them. */
    public Map<String, Processor> processors() {
        return Map.of("provider-ask", this::ask, "provider-answered", this::answered, "provider-vet", this::vet);
    }

    /**
     * Prepares a request: sets the account's address, and puts the key where the provider wants it.
     * The account's HTTP client becomes the variable {@code client}.
     */
    public void ask(Exchange exchange) {
        Account account = account(exchange);
        RequestAttempt attempt = attempt(exchange);
        Provider provider = account.settings().provider();
        Message request = exchange.getMessage();
        request.getHeaders().keySet().removeIf(name -> OF_REQUEST.stream().noneMatch(name::equalsIgnoreCase));
        String method = request.getHeader(Exchange.HTTP_METHOD, String.class);
        if (method != null) {
            request.setHeader(Exchange.HTTP_METHOD, METHODS.getOrDefault(method, method));
        }
        request.setHeader(Exchange.HTTP_URI, account.settings().baseUrl());
        PageAddress.of(account.settings(), request.getHeader(Exchange.HTTP_PATH, String.class)).ifPresent(page -> page.set(request));
        attempt.asked(method,
                request.getHeader(Exchange.HTTP_PATH, String.class),
                request.getHeader(Exchange.HTTP_QUERY, String.class));
        Credential.Value key = account.key().value();
        attempt.sent();
        attempt.sentWith(key.redactor());
        exchange.setProperty(KEY, key);
        exchange.removeVariable(ABSENT);
        boolean unasked = absent.isKnown(account.settings(), exchange.getVariable("resource", String.class), clock.instant());
        exchange.setVariable("client", unasked ? ABSENT : account.client());
        headers(provider, account.settings().own(), request);
        if (key.isToken()) {
            request.setHeader(HttpHeaders.AUTHORIZATION, "Bearer " + key.text());
        } else if (provider.signature() != null) {
            RequestSigner.sign(request, account.settings().own().get(Provider.SIGNER), key.text(), clock.instant());
        } else if (provider.keyQuery() != null) {
            request.setHeader(UnloggedHttpConnection.QUERY_KEY, provider.keyQuery() + '=' + PercentEncoder.encoded(key.text()));
        } else {
            request.setHeader(provider.keyHeader(), provider.keyPrefix() + key.text());
        }
    }

    /** Those of the provider's own keys that go into headers, where the source has them. */
    private static void headers(Provider provider, Map<String, String> own, Message request) {
        provider.headers().forEach((name, key) -> {
            if (!own.getOrDefault(key, "").isEmpty()) {
                request.setHeader(name, own.get(key));
            }
        });
    }

    private Account account(Exchange exchange) {
        return accounts.of(exchange.getVariable("source", String.class));
    }

    private static RequestAttempt attempt(Exchange exchange) {
        return exchange.getVariable("attempt", RequestAttempt.class);
    }

    /**
     * Leaves the body of an answer that is none of an error, as bytes, and none of its headers.
     *
     * @throws ProviderException if the status says it is one
     */
    public void answered(Exchange exchange) {
        byte[] body = body(exchange);
        exchange.getMessage().setBody(body);
        exchange.getMessage().getHeaders().keySet().removeIf(name -> !name.startsWith(OF_REDELIVERY));
    }

    private byte[] body(Exchange exchange) {
        Account account = account(exchange);
        RequestAttempt attempt = attempt(exchange);
        Provider provider = account.settings().provider();
        Message answer = exchange.getMessage();
        Credential.Value key = exchange.getProperty(KEY, Credential.Value.class);
        SecretRedactor secret = key.redactor();
        byte[] body = answer.getBody() == null ? new byte[0] : answer.getBody(byte[].class);
        String text = new String(body, StandardCharsets.ISO_8859_1);
        attempt.answered(bytes(text, secret.outOf(text), body), clock.instant(), requestId(answer, provider, secret));
        attempt.rest(RetryAfter.rest(provider.limits(), name -> answer.getHeader(name, String.class)));
        int status = answer.getHeader(Exchange.HTTP_RESPONSE_CODE, 0, int.class);
        Duration wait = wait(answer);
        String resource = exchange.getVariable("resource", String.class);
        if (absent.isNoSuch(account.settings(), resource, status, clock.instant())) {
            exchange.setVariable(ABSENT, true);
            return NOTHING;
        }
        if (status < 200 || status > 299) {
            throw failure(account, key, status, tree(body), attempt, wait, provider.list().equals(resource));
        }
        // The headers are dropped before the body is read, and an error with status 200 may ask to wait, too.
        exchange.setProperty(WAIT, wait);
        return bytes(text, secret.outOfRecords(text), body);
    }

    /** @throws ProviderException if the provider hides an error in an answer with status 200 */
    public void vet(Exchange exchange) throws InvalidPayloadException {
        Account account = account(exchange);
        JsonNode body = exchange.getMessage().getMandatoryBody(JsonNode.class);
        Credential.Value key = exchange.getProperty(KEY, Credential.Value.class);
        if (account.settings().provider().errors().hides(body)) {
            throw failure(account, key, 200, body, attempt(exchange), exchange.getProperty(WAIT, Duration.class), false);
        }
        account.key().accepted(key.version());
    }

    private static byte[] bytes(String text, String redacted, byte[] body) {
        return text.equals(redacted) ? body : redacted.getBytes(StandardCharsets.ISO_8859_1);
    }

    /**
     * A refused key that has been replaced meanwhile is no reason to suspend the account: it is asked again with the new
     * one. The message names what was asked, without the query, in which a cursor may differ from poll to poll.
     */
    private static ProviderException failure(Account account, Credential.Value key, int status, JsonNode body,
            RequestAttempt attempt, Duration wait, boolean isList) {
        ErrorTable errors = account.settings().provider().errors();
        ErrorTable.Said said = errors.said(body);
        ErrorAction means = errors.means(status, said);
        // Some providers repeat a wrong key in their error.
        String code = key.redactor().outOf(said.code());
        String message = "HTTP " + status + (code.isEmpty() ? "" : " " + code)
                + (said.message().isEmpty() ? "" : ": " + key.redactor().outOf(said.message()));
        boolean stale = means == ErrorAction.SOURCE && (status != HttpStatus.SC_FORBIDDEN || !key.isToken());
        if (stale && account.key().isReplaced(key.version())) {
            means = ErrorAction.TRANSIENT;
            message += "; the " + (key.isToken() ? "token" : "key") + " has been replaced, and the new one is tried";
        }
        String asked = " (" + attempt.request().replaceFirst("[?].*", "") + ')';
        return new ProviderException(means, LogSanitizer.line(message) + asked
                + account.settings().provider().hint(status, account.settings().baseUrl(), isList), status,
                LogSanitizer.line(code), key.redactor().outOfRecords(said.requestId()), wait, attempt.body());
    }

    private Duration wait(Message answer) {
        return RetryAfter.read(answer.getHeader("retry-after-ms", String.class),
                answer.getHeader("Retry-After", String.class), clock.instant());
    }

    private static String requestId(Message answer, Provider provider, SecretRedactor secret) {
        String header = provider.requestIdHeader();
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
