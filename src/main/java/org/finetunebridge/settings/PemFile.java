package org.finetunebridge.settings;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/** Certificates, and perhaps one private key, in PEM as RFC 7468 has it. Whatever stands around the blocks is skipped. */
final class PemFile {

    private static final Pattern BLOCK = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);
    private static final String REMEDY = "; make it PKCS#8 with: openssl pkcs8 -topk8 -nodes -in FILE";
    /** What PKCS#8 has before the length of a key that PKCS#1 holds: version 0, and that it is RSA. */
    private static final byte[] RSA = {2, 1, 0, 0x30, 13, 6, 9, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 13, 1, 1, 1, 5, 0};

    private final List<Certificate> certificates = new ArrayList<>();
    private PrivateKey key;

    /**
     * @param password of an encrypted key; null for none
     * @throws IOException if a block cannot be read; says why
     */
    PemFile(String text, char[] password) throws IOException, GeneralSecurityException {
        Matcher blocks = BLOCK.matcher(text);
        for (MatchResult block : blocks.results().toList()) {
            byte[] content = content(block.group(2));
            switch (block.group(1)) {
                case "CERTIFICATE", "X509 CERTIFICATE" -> certificates.add(CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(content)));
                case "PRIVATE KEY" -> key = key(content);
                case "ENCRYPTED PRIVATE KEY" -> key = key(decrypted(content, password));
                case "RSA PRIVATE KEY" -> key = rsa(content);
                case "EC PRIVATE KEY" -> throw new IOException("its private key is in a form of its own (SEC 1)" + REMEDY);
                default -> { }
            }
        }
    }

    static boolean isPem(byte[] content) {
        return new String(content, 0, content.length, StandardCharsets.ISO_8859_1).contains("-----BEGIN ");
    }

    /** In the order of the file. */
    List<Certificate> certificates() {
        return certificates;
    }

    /** Null if there is none. */
    PrivateKey key() {
        return key;
    }

    private static PrivateKey key(byte[] pkcs8) throws IOException, GeneralSecurityException {
        for (String algorithm : List.of("RSA", "EC", "EdDSA")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (InvalidKeySpecException e) {
                // Then it is of another algorithm.
            }
        }
        throw new IOException("its private key is neither RSA nor EC nor Ed25519, or is damaged");
    }

    private static byte[] content(String written) throws IOException {
        if (written.contains("DEK-Info")) {
            throw new IOException("its private key is encrypted in an old way" + REMEDY);
        }
        try {
            return Base64.getMimeDecoder().decode(written);
        } catch (IllegalArgumentException e) {
            throw new IOException("it is damaged: a block of it is no Base64", e);
        }
    }

    private static byte[] decrypted(byte[] content, char[] password) throws IOException, GeneralSecurityException {
        if (password == null) {
            throw new IOException("its private key is encrypted, so it needs a password");
        }
        try {
            var encrypted = new EncryptedPrivateKeyInfo(content);
            // Some JDKs call every algorithm of PKCS#5 by one name, and say only in its parameters which it is.
            String algorithm = encrypted.getAlgName().startsWith("PBEWith") ? encrypted.getAlgName() : String.valueOf(encrypted.getAlgParameters());
            Cipher cipher = Cipher.getInstance(algorithm);
            cipher.init(Cipher.DECRYPT_MODE, SecretKeyFactory.getInstance(algorithm).generateSecret(new PBEKeySpec(password)),
                    encrypted.getAlgParameters());
            return encrypted.getKeySpec(cipher).getEncoded();
        } catch (InvalidKeySpecException | InvalidKeyException e) {
            throw new IOException("the password is wrong", e);
        }
    }

    /** As many tools still write it: PKCS#8 is a frame around it. */
    private static PrivateKey rsa(byte[] pkcs1) throws IOException, GeneralSecurityException {
        var content = new ByteArrayOutputStream();
        content.write(RSA);
        content.write(framed(4, pkcs1));
        return key(framed(0x30, content.toByteArray()));
    }

    /** DER: a tag, the length in two bytes, for no RSA key is shorter than that, the content. */
    private static byte[] framed(int tag, byte[] content) throws IOException {
        var framed = new ByteArrayOutputStream();
        framed.write(new byte[] {(byte) tag, (byte) 0x82, (byte) (content.length >> 8), (byte) content.length});
        framed.write(content);
        return framed.toByteArray();
    }
}
