package org.finetunebridge.camel.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.finetunebridge.Loopback;
import org.finetunebridge.TokenServer;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.provider.ProviderRegistry;
import org.finetunebridge.provider.RouteFiles;
import org.finetunebridge.settings.SettingsReader;
import org.finetunebridge.settings.SourceSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against a token endpoint that listens on the loopback. */
class OAuth2TokenIT {

    private final AtomicLong nanos = new AtomicLong(-5);
    private final HttpClients clients = new HttpClients();
    @AutoClose
    private final TokenServer server = new TokenServer();
    private volatile String secret = TokenServer.SECRET + '\n';
    private OAuth2Token token;

    OAuth2TokenIT() throws Exception {
        token = of(server.url());
    }

    @AfterEach
    void close() {
        clients.close();
    }

    @Test
    void isKeptUntilShortlyBeforeItEnds() {
        assertThat(token.value()).extracting(Credential.Value::text, Credential.Value::isToken, Credential.Value::toString).containsExactly("tok-1", true, "key 1");
        assertThat(server.asked()).containsExactly("null grant_type=client_credentials&scope=api%3A%2F%2Fjobs%2F.default"
                + "&client_id=bridge%40company&client_secret=s3cret-canary%2F%2B%3D%26");
        pass(Duration.ofSeconds(3539));
        assertThat(token.value().text()).isEqualTo("tok-1");
        pass(Duration.ofSeconds(2));
        assertThat(token.value().text()).as("a minute before its end").isEqualTo("tok-2");
        server.life("\"10\"");
        pass(Duration.ofHours(2));
        assertThat(token.value().text()).isEqualTo("tok-3");
        pass(Duration.ofMillis(8900));
        assertThat(token.value().text()).isEqualTo("tok-3");
        pass(Duration.ofMillis(200));
        assertThat(token.value().text()).as("of a short life a tenth is left").isEqualTo("tok-4");
    }

    @Test
    void isKeptForeverIfNobodySaysWhenItEnds() {
        server.life(null);
        assertThat(token.value().text()).isEqualTo("tok-1");
        pass(Duration.ofDays(900));

        assertThat(token.value().text()).isEqualTo("tok-1");
    }

    @Test
    void isFetchedOnceForAllWhoNeedIt() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(16);
        try {
            List<Callable<String>> asking = IntStream.range(0, 200).<Callable<String>>mapToObj(one -> () -> token.value().text()).toList();
            for (int round = 1; round < 20; round++) {
                int version = round;
                assertThat(texts(threads.invokeAll(asking))).containsOnly("tok-" + version);
                List<Callable<String>> refusals = IntStream.range(0, 200).<Callable<String>>mapToObj(one -> () -> "" + token.isReplaced(version)).toList();
                assertThat(texts(threads.invokeAll(refusals))).as("refusals of one token fetch one").containsOnly("true");
                token.accepted(version + 1);
            }
            assertThat(server.given()).isEqualTo(20);
        } finally {
            threads.shutdownNow();
        }
    }

    /** Else a right that was taken away would cost a token and a request for ever. */
    @Test
    void isFetchedAnewOnceAfterARefusal() {
        assertThat(token.isReplaced(token.value().version())).isTrue();
        assertThat(token.value().text()).isEqualTo("tok-2");
        assertThat(token.isReplaced(2)).as("never taken, and refused again").isFalse();
        assertThat(server.given()).isEqualTo(2);
        assertThat(token.isReplaced(2)).as("whoever else was refused").isFalse();

        assertThat(token.value().text()).as("when the suspension ends").isEqualTo("tok-3");
        assertThat(token.isReplaced(3)).isFalse();
        assertThat(token.value().text()).isEqualTo("tok-4");
        token.accepted(4);
        assertThat(token.isReplaced(4)).as("it was good until now").isTrue();
        assertThat(token.value().text()).isEqualTo("tok-5");
    }

    @Test
    void showsTheClientAsTheServerWantsIt() {
        server.onlyInHeader().life("1");
        assertThat(token.value().text()).isEqualTo("tok-1");
        assertThat(server.asked()).hasSize(2);
        pass(Duration.ofSeconds(5));

        assertThat(token.value().text()).isEqualTo("tok-2");
        assertThat(server.asked()).as("what it takes is known now").hasSize(3).last().asString().startsWith("Basic ").doesNotContain("client_id", "client_secret");
    }

    @Test
    void readsTheSecretAnewEachTime() {
        server.secret("another");
        assertThat(failure().means()).isEqualTo(ErrorAction.SOURCE);
        secret = "another";
        assertThat(token.value().text()).isEqualTo("tok-1");
        secret = null;
        server.secret(TokenServer.SECRET).life("1");
        assertThat(token.isReplaced(1)).as("that of the configuration").isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "400 | {\"error\":\"invalid_scope\",\"error_description\":\"no such scope\"} | SOURCE | answers HTTP 400 invalid_scope: no such scope; check acme.oauth2.scope",
        "401 | {\"error\":\"unauthorized_client\"}   | SOURCE    | answers HTTP 401 unauthorized_client; check acme.oauth2.client-id and acme.oauth2.client-secret",
        "403 | <html>                                | SOURCE    | answers HTTP 403; check acme.oauth2.token-url",
        "404 | {\"message\":\"nothing here\"}        | SOURCE    | answers HTTP 404: nothing here; check acme.oauth2.token-url",
        "302 | x                                     | SOURCE    | answers HTTP 302; check acme.oauth2.token-url",
        "200 | {\"token\":\"x\"}                     | SOURCE    | answers an answer without access_token; check acme.oauth2.token-url",
        "200 | {\"access_token\":\"a b\"}            | SOURCE    | no header may carry",
        "200 | <html>                                | TRANSIENT | answers something else than JSON",
        "429 | {}                                    | THROTTLED | answers HTTP 429",
        "500 | {\"error\":\"x\"}                     | TRANSIENT | answers HTTP 500 x",
        "503 | []                                    | TRANSIENT | answers HTTP 503",
        "400 | {\"error\":\"temporarily_unavailable\"} | TRANSIENT | answers HTTP 400 temporarily_unavailable"})
    void saysWhyThereIsNoneAndWhetherThatWillPass(int status, String body, ErrorAction means, String words) {
        server.answer(status, body);

        ProviderException failure = failure();
        assertThat(failure.means()).isEqualTo(means);
        assertThat(failure.getMessage()).startsWith("no token: ").contains(server.url(), words);
        server.answer(0, "");
        assertThat(token.value().text()).as("the next time").isEqualTo("tok-1");
    }

    @Test
    void waitsAsLongAsTheServerSaysAndShowsNoSecret() {
        assertThat(server.answer(429, "{}")).isNotNull();
        assertThat(failure().retryAfter()).isEqualTo(Duration.ofSeconds(7));
        server.answer(401, "{\"error\":\"invalid_client\",\"error_description\":\"not " + TokenServer.SECRET + "\"}");
        assertThat(failure().getMessage()).contains("not ***").doesNotContain("canary");
        assertThat(failure().body()).isNull();
    }

    @Test
    void saysThatTheServerCannotBeReached() throws Exception {
        String nobody = "127.0.0.1:" + Loopback.freePort();
        token = of("http://" + nobody + "/token");

        assertThat(failure()).extracting(ProviderException::means, ProviderException::getMessage).containsExactly(ErrorAction.TRANSIENT, "no token: " + nobody
                + " refuses connections, or cannot be reached: check acme.oauth2.token-url, the firewall and whether a proxy is needed");
    }

    private ProviderException failure() {
        return catchThrowableOfType(ProviderException.class, () -> token.value());
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private static List<String> texts(List<Future<String>> asked) {
        return asked.stream().map(one -> {
            try {
                return one.get();
            } catch (Exception e) {
                return e.toString();
            }
        }).collect(Collectors.toList());
    }

    private OAuth2Token of(String url) throws Exception {
        var files = new RouteFiles(OAuth2TokenIT.class.getClassLoader(), List.of(), List.of(Path.of("routes")));
        var keys = new TreeMap<>(Map.of("bridge.sources", "acme", "acme.provider", "minimax", "acme.oauth2.token-url", url,
                "acme.oauth2.client-id", TokenServer.CLIENT, "acme.oauth2.client-secret", TokenServer.SECRET, "acme.oauth2.scope", "api://jobs/.default"));
        SourceSettings source = new SettingsReader(new ProviderRegistry(files), (cron, zone, now) -> null, Instant::now).read(keys).sources().get(0);
        return new OAuth2Token(source, () -> secret, clients.other(source, 100_000), new ObjectMapper(), Instant::now, nanos::get);
    }
}
