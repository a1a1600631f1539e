package org.finetunebridge.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.finetunebridge.TestCertificate.PASSWORD;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.finetunebridge.TestCertificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StoreFileIT {

    private static final Instant NOW = Instant.now();
    private static final TestCertificate ONE = TestCertificate.named("one");
    private static final TestCertificate RSA = TestCertificate.of("rsa", "RSA", NOW.plus(Duration.ofDays(1)));
    private static final TestCertificate OLD = TestCertificate.of("old", "EC", Instant.parse("2026-01-31T08:00:00Z"));

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"PKCS12", "JKS", "PEM"})
    void readsEveryFormWhateverItsNameSays(String form) throws Exception {
        var key = new StoreFile(ONE.keyStore(folder.resolve("key"), form), form.equals("PEM") ? null : PASSWORD);
        var trust = new StoreFile(ONE.trustStore(folder.resolve("trust.txt"), form), form.equals("PEM") ? null : PASSWORD);

        assertThat(key.problemAsKeyStore()).isNull();
        assertThat(trust.problemAsTrustStore()).isNull();
        KeyStore loaded = key.asKeyStore();
        assertThat(loaded.getKey(loaded.aliases().nextElement(), key.keyPassword())).isEqualTo(ONE.key());
        loaded = trust.asTrustStore();
        assertThat(loaded.getCertificate(loaded.aliases().nextElement())).isEqualTo(ONE.certificate());
    }

    @Test
    void readsKeysInPemEncryptedOrAsOlderToolsWriteThem() throws Exception {
        assertThat(key(TestCertificate.pem("ENCRYPTED PRIVATE KEY", encrypted(RSA.key())), PASSWORD)).isEqualTo(RSA.key());
        byte[] frame = RSA.key().getEncoded();
        assertThat(key(TestCertificate.pem("RSA PRIVATE KEY", Arrays.copyOfRange(frame, 26, frame.length)), null)).isEqualTo(RSA.key());
    }

    @ParameterizedTest
    @ValueSource(strings = {"PKCS12", "JKS", "PEM"})
    void saysThatThePasswordIsWrong(String form) throws Exception {
        Path file = form.equals("PEM") ? Files.writeString(folder.resolve("key"), TestCertificate.pem("ENCRYPTED PRIVATE KEY", encrypted(RSA.key()))
                + TestCertificate.pem("CERTIFICATE", RSA.certificate().getEncoded())) : ONE.keyStore(folder.resolve("key"), form);

        assertThat(new StoreFile(file, "geheim").problemAsKeyStore()).isEqualTo("the password is wrong");
        assertThat(new StoreFile(file, null).problemAsKeyStore()).containsAnyOf("password", "holds no private key");
        assertThat(new StoreFile(file, "geheim")).asString().doesNotContain("geheim");
    }

    @Test
    void saysWhatIsWrongWithTheFile() throws Exception {
        assertThat(problem(null)).isEqualTo("there is no such file");
        assertThat(new StoreFile(folder, null).problemAsTrustStore()).isEqualTo("it is no file");
        assertThat(problem("nothing")).isEqualTo("it is neither PKCS12 nor JKS nor PEM, or is damaged");
        assertThat(problem("-----BEGIN CERTIFICATE-----\n???a\n-----END CERTIFICATE-----")).isNotNull();
        assertThat(problem(TestCertificate.pem("EC PRIVATE KEY", new byte[9]))).contains("openssl pkcs8");
        assertThat(problem("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----")).contains("openssl pkcs8");
        assertThat(problem(TestCertificate.pem("CERTIFICATE", ONE.certificate().getEncoded()))).startsWith("it holds no private key with its certificate");
    }

    @Test
    void saysThatACertificateExpired() throws Exception {
        var key = new StoreFile(OLD.keyStore(folder.resolve("key"), "PKCS12"), PASSWORD);
        Path trust = OLD.trustStore(folder.resolve("trust"), "PEM");

        assertThat(key.problemAsKeyStore()).as("the others of the bridge are read on").isNull();
        assertThat(key.notValid(true, NOW)).isEqualTo("its certificate for CN=old expired at 2026-01-31T08:00:00Z");
        assertThat(key.notValid(true, Instant.parse("2026-01-31T07:00:00Z"))).isNull();
        assertThat(key.notValid(true, Instant.parse("2020-01-31T07:00:00Z"))).startsWith("its certificate is valid only from ");
        assertThat(new StoreFile(trust, null).notValid(false, NOW)).contains("CN=old expired");
        Files.writeString(trust, Files.readString(trust) + TestCertificate.pem("CERTIFICATE", ONE.certificate().getEncoded()));
        assertThat(new StoreFile(trust, null).notValid(false, NOW)).as("one of many that is good is enough").isNull();
    }

    private String problem(String content) throws Exception {
        Path file = folder.resolve("file");
        if (content != null) {
            Files.writeString(file, content);
        }
        return new StoreFile(file, null).problemAsKeyStore();
    }

    private static Object key(String pem, String password) throws Exception {
        return new PemFile(pem, password == null ? null : password.toCharArray()).key();
    }

    private static byte[] encrypted(PrivateKey key) throws Exception {
        String algorithm = "PBEWithHmacSHA256AndAES_256";
        Cipher cipher = Cipher.getInstance(algorithm);
        cipher.init(Cipher.ENCRYPT_MODE, SecretKeyFactory.getInstance(algorithm).generateSecret(new PBEKeySpec(PASSWORD.toCharArray())));
        byte[] pbes2 = {6, 9, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 13, 1, 5, 13};
        return TestCertificate.der(0x30, TestCertificate.der(0x30, pbes2, cipher.getParameters().getEncoded()),
                TestCertificate.der(4, cipher.doFinal(key.getEncoded())));
    }
}
