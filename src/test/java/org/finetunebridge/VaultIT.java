package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.finetunebridge.Rig.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.settings.InvalidConfigurationException;
import org.finetunebridge.simulator.Fault;
import org.finetunebridge.simulator.Simulation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A key in a vault, as {@code docs/access.md} shows it. */
@Timeout(60)
class VaultIT {

    @TempDir
    private Path folder;
    private volatile String key = "sk-old";
    private HttpServer vault;
    private Rig rig;

    @BeforeEach
    void start() throws Exception {
        vault = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        vault.createContext("/v1/secret/data/dashscope", exchange -> {
            boolean known = "vault-token".equals(exchange.getRequestHeaders().getFirst("X-Vault-Token"));
            byte[] answer = ("{\"data\":{\"data\":{\"api-key\":\"" + key + "\"}}}").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(known ? 200 : 403, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        vault.start();
        rig = new Rig(folder, Simulation.empty()).source("dashscope", "dashscope").with("dashscope.period", "50ms");
        rig.world.account("dashscope", "sk-old").create("ft-1");
        rig.world.account("dashscope", "sk-new").create("ft-1").become("RUNNING");
        Matcher example = Pattern.compile("```properties\n([^`]*\\{\\{hashicorp:[^`]*)```").matcher(Files.readString(Path.of("docs/access.md")));
        assertThat(example.find()).isTrue();
        var keys = new Properties();
        keys.load(new StringReader(example.group(1).replace("vault.example.com", "127.0.0.1").replace("8200", "" + vault.getAddress().getPort())
                .replace("https", "http").replace("/run/secrets/vault-token", Files.writeString(folder.resolve("token"), "vault-token\n").toString())));
        keys.stringPropertyNames().forEach(name -> rig.with(name, keys.getProperty(name)));
    }

    @AfterEach
    void close() {
        rig.close();
        vault.stop(0);
    }

    @Test
    void isReadThereAndReadAnewWhenItIsRefused() throws Exception {
        try (Bridge bridge = rig.watching()) {
            await().until(() -> rig.published("ft-1").contains("dashscope PENDING"));
            key = "sk-new";
            rig.sandbox.faults().of("sk-old").always(".", Fault.status(401));

            await().until(() -> rig.published("ft-1").contains("dashscope RUNNING"));
            assertThat(bridge.pollers().get(0).suspension()).isNull();
        }
        assertThat(rig.deadLetters()).isEmpty();
    }

    @Test
    void saysWhyTheVaultDoesNotGiveIt() throws IOException {
        Files.writeString(folder.resolve("token"), "another");

        try (Bridge bridge = rig.bridge(true)) {
            assertThatThrownBy(bridge::init).isInstanceOf(InvalidConfigurationException.class).hasMessageStartingWith("dashscope.api-key = {{hashicorp:secret:dashscope/api-key}}:"
                    + " cannot be resolved").hasMessageContaining("permission denied").hasMessageNotContaining("another");
        }
    }
}
