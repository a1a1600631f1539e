package org.finetunebridge;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** A key and its self-signed certificate for 127.0.0.1 and provider.test, made in this process, and written as files of any form. */
public record TestCertificate(PrivateKey key, X509Certificate certificate) {

    public static final String PASSWORD = "change it";

    private static final byte[] COMMON_NAME = {6, 3, 0x55, 4, 3};
    private static final byte[] ALTERNATIVE_NAMES = {6, 3, 0x55, 0x1d, 0x11};
    private static final byte[] SHA256_WITH_RSA = {6, 9, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 13, 1, 1, 11, 5, 0};
    private static final byte[] SHA256_WITH_ECDSA = {6, 8, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 4, 3, 2};

    /** Of an elliptic curve, valid for a day. */
    public static TestCertificate named(String name) {
        return of(name, "EC", Instant.now().plus(Duration.ofDays(1)));
    }

    /** @param algorithm {@code RSA} or {@code EC} */
    public static TestCertificate of(String name, String algorithm, Instant until) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            generator.initialize(algorithm.equals("RSA") ? 2048 : 256);
            KeyPair pair = generator.generateKeyPair();
            byte[] signs = der(0x30, algorithm.equals("RSA") ? SHA256_WITH_RSA : SHA256_WITH_ECDSA);
            byte[] owner = der(0x30, der(0x31, der(0x30, COMMON_NAME, der(12, name.getBytes(StandardCharsets.UTF_8)))));
            byte[] names = der(0x30, der(0x87, new byte[] {127, 0, 0, 1}), der(0x82, "provider.test".getBytes(StandardCharsets.US_ASCII)));
            byte[] content = der(0x30, der(0xa0, der(2, new byte[] {2})), der(2, BigInteger.valueOf(System.nanoTime()).toByteArray()), signs, owner,
                    der(0x30, time(until.minus(Duration.ofDays(800))), time(until)), owner, pair.getPublic().getEncoded(),
                    der(0xa3, der(0x30, der(0x30, ALTERNATIVE_NAMES, der(4, names)))));
            Signature signature = Signature.getInstance(algorithm.equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA");
            signature.initSign(pair.getPrivate());
            signature.update(content);
            byte[] signed = der(0x30, content, signs, der(3, new byte[] {0}, signature.sign()));
            return new TestCertificate(pair.getPrivate(), (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(signed)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The key and its certificate; in {@code PKCS12} or {@code JKS} with the password, in {@code PEM} without. */
    public Path keyStore(Path file, String form) throws IOException, GeneralSecurityException {
        return form.equals("PEM") ? Files.writeString(file, "Bag Attributes\n" + pem("PRIVATE KEY", key.getEncoded()) + pem("CERTIFICATE", certificate.getEncoded()))
                : written(file, form, true);
    }

    /** The certificate alone. */
    public Path trustStore(Path file, String form) throws IOException, GeneralSecurityException {
        return form.equals("PEM") ? Files.writeString(file, "# an authority\n" + pem("CERTIFICATE", certificate.getEncoded())) : written(file, form, false);
    }

    /** A context of a server with this certificate, whose clients have to show that one; null for any or none. */
    public SSLContext server(TestCertificate client) throws IOException, GeneralSecurityException {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store("PKCS12", true), PASSWORD.toCharArray());
        TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init((client == null ? this : client).store("PKCS12", false));
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trusted.getTrustManagers(), null);
        return context;
    }

    /** One block of a PEM file. */
    public static String pem(String what, byte[] content) {
        return "-----BEGIN " + what + "-----\n" + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content) + "\n-----END " + what + "-----\n";
    }

    private Path written(Path file, String form, boolean withKey) throws IOException, GeneralSecurityException {
        try (OutputStream out = Files.newOutputStream(file)) {
            store(form, withKey).store(out, PASSWORD.toCharArray());
        }
        return file;
    }

    private KeyStore store(String form, boolean withKey) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(form);
        store.load(null, null);
        if (withKey) {
            store.setKeyEntry("own", key, PASSWORD.toCharArray(), new Certificate[] {certificate});
        } else {
            store.setCertificateEntry("trusted", certificate);
        }
        return store;
    }

    private static byte[] time(Instant when) {
        return der(0x18, DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC).format(when).getBytes(StandardCharsets.US_ASCII));
    }

    /** DER: a tag, the length, the contents one after the other. */
    public static byte[] der(int tag, byte[]... contents) {
        var content = new ByteArrayOutputStream();
        for (byte[] one : contents) {
            content.writeBytes(one);
        }
        var all = new ByteArrayOutputStream();
        all.write(tag);
        int length = content.size();
        if (length > 255) {
            all.writeBytes(new byte[] {(byte) 0x82, (byte) (length >> 8), (byte) length});
        } else if (length > 127) {
            all.writeBytes(new byte[] {(byte) 0x81, (byte) length});
        } else {
            all.write(length);
        }
        all.writeBytes(content.toByteArray());
        return all.toByteArray();
    }
}
