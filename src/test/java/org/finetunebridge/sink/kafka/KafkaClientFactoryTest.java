package org.finetunebridge.sink.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.finetunebridge.TestCertificate;
import org.finetunebridge.settings.InvalidConfigurationException;
import org.finetunebridge.settings.Settings.KafkaSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing here waits for a cluster: the clients are made, and closed. */
class KafkaClientFactoryTest {

    @ParameterizedTest
    @ValueSource(strings = {"transactional.id", "acks", "enable.idempotence", "bootstrap.servers", "key.serializer",
        "value.serializer"})
    void refusesWhatTheGuaranteeHangsOn(String name) {
        assertThatExceptionOfType(InvalidConfigurationException.class).isThrownBy(() -> clients(true, Map.of(name, "all")))
                .withMessageContaining("bridge.kafka.client." + name + ": not to be set");
    }

    @Test
    void allowsNoIdempotenceOnlyWhereRepeatsAreAllowed() {
        assertThatCode(() -> clients(false, Map.of("enable.idempotence", "false"))).doesNotThrowAnyException();
        assertThatExceptionOfType(InvalidConfigurationException.class).isThrownBy(() -> clients(false, Map.of("acks", "1")));
    }

    @ParameterizedTest
    @CsvSource({"compresion.type, zstd, did you mean compression.type?", "compression.type, brotli, brotli",
        "batch.size, many, batch.size", "linger.ms, soon, linger.ms", "max.in.flight.requests.per.connection, 9, 5"})
    void refusesWhatKafkaWouldRefuse(String name, String value, String published) {
        assertThatExceptionOfType(InvalidConfigurationException.class).isThrownBy(() -> clients(true, Map.of(name, value)))
                .withMessageContaining("bridge.kafka.client.").withMessageContaining(published);
    }

    @Test
    void neverShowsAPassword() {
        assertThatExceptionOfType(InvalidConfigurationException.class)
                .isThrownBy(() -> clients(true, Map.of("ssl.key.password", "hush", "batch.size", "many")))
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hush"));
    }

    /** A store that cannot be read never can: it is no cluster that is away for a while. */
    @Test
    void refusesAStoreThatCannotBeRead(@TempDir Path folder) throws Exception {
        Path store = TestCertificate.named("bridge").keyStore(folder.resolve("bridge.p12"), "PKCS12");
        Map<String, String> good = new TreeMap<>(Map.of("security.protocol", "SSL", "ssl.keystore.type", "PKCS12", "ssl.keystore.location", store.toString(),
                "ssl.keystore.password", TestCertificate.PASSWORD, "ssl.key.password", TestCertificate.PASSWORD));
        assertThatCode(() -> clients(true, good)).doesNotThrowAnyException();

        good.put("ssl.keystore.password", "hush");
        assertThatExceptionOfType(InvalidConfigurationException.class).isThrownBy(() -> clients(true, good))
                .withMessageStartingWith("bridge.kafka.client.ssl.keystore.*: ").withMessageContaining("password was incorrect")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hush"));
        assertThatExceptionOfType(InvalidConfigurationException.class).isThrownBy(() -> clients(true, Map.of("security.protocol", "SASL_SSL",
                "ssl.truststore.location", folder.resolve("nowhere.jks").toString()))).withMessageStartingWith("bridge.kafka.client.ssl.truststore.*: ")
                .withMessageContaining("nowhere.jks");
    }

    @Test
    void passesOnWhatOnlyACallbackOfTheUsersOwnKnows() {
        assertThatCode(() -> clients(true, Map.of("com.example.vault.address", "http://vault")))
                .doesNotThrowAnyException();
    }

    @Test
    void makesEveryClientOfTheUsersProperties() {
        var clients = clients(true, Map.of("security.protocol", "SASL_PLAINTEXT", "sasl.mechanism", "PLAIN",
                "sasl.jaas.config", "org.apache.kafka.common.security.plain.PlainLoginModule required"
                        + " username=\"u\" password=\"p\";",
                "compression.type", "gzip", "request.timeout.ms", "60000", "linger.ms", "20", "client.id", "mine",
                "interceptor.classes", ""));
        clients.producer().close(Duration.ZERO);
        clients.reader().close(Duration.ZERO);
        clients.admin().close(Duration.ZERO);
    }

    @Test
    void makesNoClientThatCannotLogIn() {
        var clients = clients(true, Map.of("security.protocol", "SASL_PLAINTEXT", "sasl.mechanism", "PLAIN"));
        assertThatCode(() -> clients.admin().close(Duration.ZERO)).hasRootCauseMessage(
                "Could not find a 'KafkaClient' entry in the JAAS configuration. System property"
                        + " 'java.security.auth.login.config' is not set");
    }

    private static KafkaClientFactory clients(boolean exactlyOnce, Map<String, String> client) {
        return new KafkaClientFactory(new KafkaSettings("127.0.0.1:9", "events", "dead-letters", "state", exactlyOnce, false,
                0, 0, "id", client));
    }
}
