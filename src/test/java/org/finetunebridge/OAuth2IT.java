package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.finetunebridge.Rig.await;

import java.nio.file.Files;
import java.nio.file.Path;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.simulator.Fault;
import org.finetunebridge.simulator.Simulation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A source without an api key, whose tokens a server gives. */
@Timeout(60)
class OAuth2IT {

    private static final String KEYS = "dashscope.oauth2.";

    @TempDir
    private Path folder;
    private TokenServer tokens;
    private Rig rig;

    @BeforeEach
    void start() throws Exception {
        tokens = new TokenServer();
        Path secret = Files.writeString(folder.resolve("secret"), TokenServer.SECRET + '\n');
        rig = new Rig(folder, Simulation.empty()).source("dashscope", "dashscope").with("dashscope.api-key", null).with("dashscope.period", "50ms")
                .with(KEYS + "token-url", tokens.url()).with(KEYS + "client-id", TokenServer.CLIENT)
                .with(KEYS + "client-secret", "{{file:" + secret + "}}");
        rig.world.account("dashscope", "tok-1").create("ft-1").checkpoint("c-1", 1, "READY");
        rig.world.account("dashscope", "tok-2").create("ft-1").checkpoint("c-1", 1, "READY").become("RUNNING");
    }

    @AfterEach
    void close() {
        rig.close();
        tokens.close();
    }

    @Test
    void readsEverythingWithOneTokenUntilItIsRefused() throws Exception {
        try (Bridge bridge = rig.watching()) {
            await().until(() -> rig.published("ft-1").contains("dashscope c-1 READY") && rig.sandbox.requests().of("tok-1").size() > 6);
            assertThat(tokens.given()).isOne();
            rig.sandbox.faults().of("tok-1").always(".", Fault.status(401));

            await().until(() -> rig.published("ft-1").contains("dashscope RUNNING"));
            assertThat(tokens.given()).isEqualTo(2);
            assertThat(bridge.pollers().get(0).suspension()).isNull();
        }
        assertThat(rig.deadLetters()).isEmpty();
    }

    @Test
    void isSuspendedIfTheProviderTakesNoToken() throws Exception {
        rig.sandbox.faults().always(".", Fault.status(401));

        assertThat(rig.once()).singleElement().satisfies(result -> assertThat(result.reason()).contains("HTTP 401"));

        assertThat(tokens.given()).as("fetched anew once").isEqualTo(2);
        assertThat(rig.deadLetters()).hasSize(1);
    }

    @Test
    void saysWhyItGetsNoToken() throws Exception {
        tokens.secret("another");

        assertThat(rig.once()).singleElement().satisfies(result -> assertThat(result.reason()).contains("no token: " + tokens.url()
                + " answers HTTP 401 invalid_client: AADSTS7000215", "check dashscope.oauth2.client-id and dashscope.oauth2.client-secret")
                .doesNotContain("canary"));

        assertThat(rig.sandbox.requests().received()).isZero();
        assertThat(rig.deadLetters()).singleElement().asString().doesNotContain("canary");
    }

    @Test
    void fetchesTheTokenThroughTheProxyOfTheSource() throws Exception {
        try (TestProxy proxy = new TestProxy("me:pass")) {
            rig.with("dashscope.proxy", "http://me:pass@" + proxy.address()).with(KEYS + "token-url", tokens.url().replace("127.0.0.1", "login.test"));

            assertThat(rig.once()).singleElement().extracting("failed", "reason").containsExactly(0, null);

            assertThat(proxy.asked().get(0)).isEqualTo("POST " + tokens.url().replace("127.0.0.1", "login.test") + " HTTP/1.1");
            assertThat(proxy.asked().get(1)).startsWith("GET http://127.0.0.1:");
        }
    }
}
