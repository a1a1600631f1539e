package org.finetunebridge.camel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.component.http.HttpMethods;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.spi.Registry;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.apache.camel.test.junit5.TestExecutionConfiguration;
import org.finetunebridge.camel.http.ApiKey;
import org.finetunebridge.camel.http.Credential;
import org.finetunebridge.camel.http.ProviderClient;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.provider.ProviderRegistry;
import org.finetunebridge.provider.RequestAttempt;
import org.finetunebridge.provider.RouteFiles;
import org.finetunebridge.settings.SettingsReader;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.text.SecretRedactor;
import org.junit.jupiter.api.Test;

/** {@code fetch.camel.yaml}: what goes out with a request, and what of an answer comes in. */
class FetchRouteTest extends CamelTestSupport {

    private final RequestAttempt attempt = new RequestAttempt();
    private MockEndpoint provider;
    private String rotated = "sk-secret";

    @Override
    public void configureTest(TestExecutionConfiguration test) {
        super.configureTest(test);
        test.withUseAdviceWith(true);
    }

    @Override
    protected void bindToRegistry(Registry registry) throws Exception {
        var json = new ObjectMapper();
        registry.bind("json", json);
        var accounts = new Accounts();
        accounts.add(new Account(source("space", "dashscope"), new ApiKey("space", "sk-secret", null), null, null, "1s", Map.of()));
        accounts.add(new Account(source("gate", "azure-openai"), new Credential() {
            @Override
            public Value value() {
                return new Value(1, "token", new SecretRedactor("token"), true);
            }

            @Override
            public boolean isReplaced(int version) {
                return true;
            }
        }, null, null, "1s", Map.of()));
        accounts.add(new Account(source("acme", "minimax"), new ApiKey("acme", "sk-secret", () -> rotated), null, null, "1s", Map.of()));
        registry.bind("poll-failures", new PollErrorHandler(accounts));
        new ProviderClient(accounts, json, Instant::now).processors().forEach(registry::bind);
    }

    @Override
    protected void doPostSetup() throws Exception {
        for (String file : List.of("errors", "fetch")) {
            PluginHelper.getRoutesLoader(context()).loadRoutes(PluginHelper.getResourceLoader(context())
                    .resolveResource("file:routes/" + file + ".camel.yaml"));
        }
        TemplatedRouteBuilder.builder(context(), "fetch").routeId("minimax-fetch").parameters(Map.of("source", "minimax")).add();
        AdviceWith.adviceWith(context(), "minimax-fetch", advice -> advice.weaveByToUri("direct:request-.*").replace()
                .to("mock:provider"));
        context().start();
        provider = getMockEndpoint("mock:provider");
    }

    @Test
    void sendsTheKeyAndNothingThatCameAlongByChance() {
        answer(200, "{\"base_resp\":{\"status_code\":0}}", Map.of());

        fetch(Map.of("CamelHttpUri", "http://elsewhere", "Cookie", "a=b", "CamelFileName", "x", "X-Custom", "y"));

        assertThat(provider.getReceivedExchanges().get(0).getMessage().getHeaders()).containsOnly(
                Map.entry("CamelHttpMethod", HttpMethods.POST), Map.entry("CamelHttpPath", "/v1/jobs"),
                Map.entry("Content-Type", "application/json"), Map.entry("Authorization", "Bearer sk-secret"),
                Map.entry("CamelHttpUri", "http://127.0.0.1:1/prefix"));
        assertThat(attempt.request()).isEqualTo("POST /v1/jobs");
    }

    @Test
    void letsNoHeaderOfAProviderIn() {
        answer(200, "{\"x\":1}", Map.of("CamelHttpUri", "http://elsewhere", "kafka.OVERRIDE_TOPIC", "stolen",
                "CamelSplitIndex", 7, "Trace-Id", "trace-1", "Set-Cookie", "a=b"));

        Exchange exchange = fetch(Map.of());

        assertThat(exchange.getMessage().getHeaders()).isEmpty();
        assertThat(exchange.getMessage().getBody(JsonNode.class).path("x").asInt()).isEqualTo(1);
        assertThat(attempt.requestId()).isEqualTo("trace-1");
    }

    @Test
    void failsWithWhatTheProvidersErrorMeans() {
        answer(401, "{\"base_resp\":{\"status_code\":1004,\"status_msg\":\"login fail\"}}", Map.of());
        assertThat(failure()).extracting(ProviderException::means, ProviderException::status, ProviderException::code, ProviderException::getMessage)
                .containsExactly(ErrorAction.SOURCE, 401, "1004", "HTTP 401 1004: login fail (POST /v1/jobs)");

        answer(503, "<html>", Map.of("Retry-After", "7"));
        assertThat(failure()).extracting(ProviderException::means, ProviderException::retryAfter)
                .containsExactly(ErrorAction.TRANSIENT, Duration.ofSeconds(7));

        answer(200, "{\"base_resp\":{\"status_code\":2013,\"status_msg\":\"invalid params\"}}", Map.of());
        assertThat(failure()).extracting(ProviderException::means, ProviderException::status).containsExactly(ErrorAction.JOB, 200);
    }

    /** Whoever holds the old key when it is refused asks again with the new one; only a key that stays is refused for good. */
    @Test
    void triesTheNewKeyWhenARotatedOneIsRefused() throws Exception {
        answer(401, "{}", Map.of());
        rotated = "sk-new";
        assertThat(failure()).extracting(ProviderException::means, ProviderException::status).containsExactly(ErrorAction.TRANSIENT, 401);

        assertThat(failure()).extracting(ProviderException::means, ProviderException::status).containsExactly(ErrorAction.SOURCE, 401);
        assertThat(provider.getReceivedExchanges()).extracting(sent -> sent.getMessage().getHeader("Authorization"))
                .containsExactly("Bearer sk-secret", "Bearer sk-new");

        rotated = null;
        assertThat(failure().means()).as("the file cannot be read").isEqualTo(ErrorAction.SOURCE);
    }

    @Test
    void sendsTheHeadersOfTheProvidersOwnKeys() {
        answer(200, "{}", Map.of());
        fetch("space", Map.of("X-DashScope-WorkSpace", "by chance"));
        fetch("acme", Map.of("X-DashScope-WorkSpace", "by chance"));

        assertThat(provider.getReceivedExchanges()).extracting(sent -> sent.getMessage().getHeader("X-DashScope-WorkSpace")).containsExactly("ws-1", null);
    }

    /** A token has its own place, also where the provider wants a key elsewhere; what it may not do is not a matter of its age. */
    @Test
    void sendsATokenAsSuch() {
        answer(401, "{}", Map.of());
        assertThat(fetch("gate", Map.of()).getException(ProviderException.class)).extracting(ProviderException::means, ProviderException::getMessage)
                .containsExactly(ErrorAction.TRANSIENT, "HTTP 401; the token has been replaced, and the new one is tried (POST /v1/jobs)");
        assertThat(provider.getReceivedExchanges().get(0).getMessage().getHeaders()).containsEntry("Authorization", "Bearer token")
                .doesNotContainKey("api-key");

        answer(403, "{}", Map.of());
        assertThat(fetch("gate", Map.of()).getException(ProviderException.class).means()).isEqualTo(ErrorAction.SOURCE);
    }

    private ProviderException failure() {
        return fetch(Map.of()).getException(ProviderException.class);
    }

    private Exchange fetch(Map<String, Object> headers) {
        return fetch("acme", headers);
    }

    private Exchange fetch(String source, Map<String, Object> headers) {
        return template().send("direct:minimax-fetch", exchange -> {
            exchange.setVariable("attempt", attempt);
            exchange.setVariable("source", source);
            Message message = exchange.getMessage();
            message.setHeaders(new TreeMap<>(headers));
            message.setHeader("CamelHttpMethod", "POST");
            message.setHeader("CamelHttpPath", "/v1/jobs");
            message.setHeader("Content-Type", "application/json");
        });
    }

    private void answer(int status, String body, Map<String, Object> headers) {
        provider.whenAnyExchangeReceived(exchange -> {
            exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, status);
            exchange.getMessage().getHeaders().putAll(headers);
            exchange.getMessage().setBody(body.getBytes());
        });
    }

    private static SourceSettings source(String name, String provider) throws Exception {
        var files = new RouteFiles(FetchRouteTest.class.getClassLoader(), List.of(), List.of(Path.of("routes")));
        return new SettingsReader(new ProviderRegistry(files), (cron, zone, now) -> null, Instant::now)
                .read(new TreeMap<>(Map.of("bridge.sources", name,
                provider.equals("dashscope") ? name + ".workspace" : name + ".models", "ws-1", name + ".provider", provider, name + ".api-key", "sk-secret", name + ".base-url", "http://127.0.0.1:1/prefix"))).sources().get(0);
    }
}
