package org.finetunebridge.camel.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.hc.client5.http.classic.HttpClient;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.entity.UrlEncodedFormEntity;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.NameValuePair;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.message.BasicNameValuePair;
import org.apache.hc.core5.util.Timeout;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.provider.RetryAfter;
import org.finetunebridge.settings.OAuth2Settings;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.text.LogSanitizer;
import org.finetunebridge.text.SecretRedactor;

/**
 * The token of one account, by client credentials (RFC 6749, section 4.4). It is kept until shortly before it ends, and
 * fetched anew once if the provider refuses it. Whoever needs it while it is fetched waits for the same answer.
 */
public final class OAuth2Token implements Credential {

    /** Also of a token of which nobody says when it ends. */
    private static final Duration LONGEST_LIFE = Duration.ofDays(10_000);
    private static final Duration LONGEST_MARGIN = Duration.ofSeconds(60);
    /** Of a token's life, a tenth is left for the requests that are sent with it. */
    private static final int MARGIN = 10;
    private static final Timeout CONNECTING = Timeout.ofSeconds(10);
    private static final Set<Integer> PASSING = Set.of(408, 425, 429);
    /** Error codes of RFC 6749 that say the same as a status 503 or 500. */
    private static final Set<String> PASSING_CODES = Set.of("temporarily_unavailable", "server_error");

    private final SourceSettings source;
    private final OAuth2Settings settings;
    private final Supplier<String> secret;
    private final HttpClient client;
    private final ObjectMapper json;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private Token token;
    private CompletableFuture<Token> fetching;
    private int versions;
    /** Version of the last token that the provider refused. */
    private int refused;
    /** Version of the last token that was refused though it was fetched because of a refusal. */
    private int givenUp;
    private boolean isSecondTry;
    private volatile boolean inHeader;

    /** @param ends by {@link #nanos} */
    private record Token(Value value, long ends) {}

    /**
     * @param source whose settings say where the token is
     * @param secret reads the client's secret anew; gives null if it cannot be read. Null for one that cannot change
     * @param client reaches the token endpoint as the account's client reaches the provider
     * @param clock  tells when an answer came
     * @param nanos  counts on, whatever the wall clock does
     */
    public OAuth2Token(SourceSettings source, Supplier<String> secret, HttpClient client, ObjectMapper json, InstantSource clock,
            LongSupplier nanos) {
        this.source = source;
        this.settings = source.access().oauth2();
        this.secret = secret;
        this.client = client;
        this.json = json;
        this.clock = clock;
        this.nanos = nanos;
    }

    @Override
    public Value value() {
        CompletableFuture<Token> awaited;
        boolean mine = false;
        synchronized (this) {
            if (token != null && token.value().version() > refused && token.ends() - nanos.getAsLong() > 0) {
                return token.value();
            } else if (fetching == null) {
                fetching = new CompletableFuture<>();
                mine = true;
            }
            awaited = fetching;
        }
        if (mine) {
            fetch(awaited);
        }
        try {
            return awaited.join().value();
        } catch (CompletionException e) {
            throw e.getCause() instanceof ProviderException known ? known : e;
        }
    }

    /** A token that was fetched because of a refusal, and was never taken, is not replaced again: the account is refused. */
    @Override
    public boolean isReplaced(int version) {
        synchronized (this) {
            if (version == givenUp) {
                return false;
            } else if (token.value().version() == version && refused != version) {
                refused = version;
                if (isSecondTry) {
                    givenUp = version;
                    return false;
                }
                isSecondTry = true;
            }
        }
        value();
        return true;
    }

    @Override
    public synchronized void accepted(int version) {
        if (token != null && token.value().version() == version) {
            isSecondTry = false;
        }
    }

    private void fetch(CompletableFuture<Token> awaited) {
        try {
            Token fetched = ask();
            synchronized (this) {
                token = fetched;
                fetching = null;
            }
            awaited.complete(fetched);
        } catch (RuntimeException | Error e) {
            synchronized (this) {
                fetching = null;
            }
            awaited.completeExceptionally(e);
        }
    }

    private Token ask() {
        String current = secret == null ? null : secret.get();
        String used = current == null || current.isBlank() ? settings.clientSecret() : current.strip();
        Answer answer = asked(used, inHeader);
        if (answer.isOfTheClient()) {
            // Servers may want the client's secret in the form or in the header, and some take only one of the two.
            Answer other = asked(used, !inHeader);
            if (other.isGood()) {
                inHeader = !inHeader;
                answer = other;
            }
        }
        return token(answer, new SecretRedactor(used));
    }

    private Answer asked(String used, boolean asHeader) {
        var post = new HttpPost(settings.tokenUrl());
        post.setConfig(RequestConfig.custom().setConnectionRequestTimeout(CONNECTING).setResponseTimeout(Timeout.of(source.requestTimeout())).build());
        post.setHeader(HttpHeaders.ACCEPT, "application/json");
        List<NameValuePair> form = new ArrayList<>(List.of(new BasicNameValuePair("grant_type", "client_credentials")));
        if (!settings.scope().isEmpty()) {
            form.add(new BasicNameValuePair("scope", settings.scope()));
        }
        if (asHeader) {
            String both = escaped(settings.clientId()) + ':' + escaped(used);
            post.setHeader(HttpHeaders.AUTHORIZATION, "Basic " + Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.UTF_8)));
        } else {
            form.add(new BasicNameValuePair("client_id", settings.clientId()));
            form.add(new BasicNameValuePair("client_secret", used));
        }
        post.setEntity(new UrlEncodedFormEntity(form, StandardCharsets.UTF_8));
        try {
            return client.execute(post, this::answer);
        } catch (IOException e) {
            throw ProviderException.of(TransportFailure.means(e), LogSanitizer.line("no token: " + TransportFailure.reason(e, source,
                    settings.tokenUrl(), source.name() + ".oauth2.token-url")), null);
        }
    }

    private Answer answer(ClassicHttpResponse response) throws IOException {
        byte[] body = response.getEntity() == null ? new byte[0] : EntityUtils.toByteArray(response.getEntity());
        JsonNode tree = null;
        try {
            tree = json.readTree(body);
        } catch (IOException | NumberFormatException e) {
            // Said below.
        }
        Header wait = response.getFirstHeader(HttpHeaders.RETRY_AFTER);
        return new Answer(response.getCode(), tree == null ? json.createObjectNode() : tree,
                RetryAfter.read(null, wait == null ? null : wait.getValue(), clock.instant()), tree != null && tree.isObject());
    }

    private record Answer(int status, JsonNode body, Duration rest, boolean isJson) {

        boolean isGood() {
            return status >= 200 && status <= 299;
        }

        String error() {
            return body.path("error").asText("");
        }

        /** Whether the server did not recognise the client. */
        boolean isOfTheClient() {
            return status == 401 || status == 400 && error().equals("invalid_client");
        }
    }

    private Token token(Answer answer, SecretRedactor secrets) {
        String text = answer.body().path("access_token").asText("");
        if (!answer.isGood() || text.isEmpty()) {
            throw failure(answer, secrets);
        } else if (!text.matches("[\\x21-\\x7e]+")) {
            throw ProviderException.of(ErrorAction.SOURCE, "no token: what " + settings.tokenUrl() + " gives holds signs that no header may carry", null);
        }
        long now = nanos.getAsLong();
        long seconds = answer.body().path("expires_in").asLong(0);
        Duration life = Duration.ofSeconds(Math.min(Math.max(seconds, 0), LONGEST_LIFE.toSeconds()));
        Duration margin = life.dividedBy(MARGIN).compareTo(LONGEST_MARGIN) < 0 ? life.dividedBy(MARGIN) : LONGEST_MARGIN;
        synchronized (this) {
            versions++;
            return new Token(new Value(versions, text, new SecretRedactor(text), true),
                    now + (seconds <= 0 ? LONGEST_LIFE : life.minus(margin)).toNanos());
        }
    }

    /** Why there is no token, in the server's words, and what to do. */
    private ProviderException failure(Answer answer, SecretRedactor secrets) {
        int status = answer.status();
        String error = answer.error();
        boolean passing = status >= 500 || PASSING.contains(status) || PASSING_CODES.contains(error) || answer.isGood() && !answer.isJson();
        String said = answer.body().path("error_description").asText(answer.body().path("message").asText(""));
        String key = source.name() + ".oauth2.";
        String remedy = passing ? "" : switch (error) {
            case "invalid_client", "unauthorized_client" -> "; check " + key + "client-id and " + key + "client-secret";
            case "invalid_scope" -> "; check " + key + "scope";
            default -> answer.isOfTheClient() ? "; check " + key + "client-id and " + key + "client-secret" : "; check " + key + "token-url";
        };
        String what = answer.isGood() ? answer.isJson() ? "an answer without access_token" : "something else than JSON"
                : "HTTP " + status + (error.isEmpty() ? "" : " " + error) + (said.isEmpty() ? "" : ": " + said);
        return new ProviderException(status == 429 ? ErrorAction.THROTTLED : passing ? ErrorAction.TRANSIENT : ErrorAction.SOURCE,
                LogSanitizer.line(secrets.outOf("no token: " + settings.tokenUrl() + " answers " + what)) + remedy, status,
                LogSanitizer.line(secrets.outOf(error)), null, answer.rest(), null);
    }

    private static String escaped(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
