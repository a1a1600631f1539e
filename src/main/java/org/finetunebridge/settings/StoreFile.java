package org.finetunebridge.settings;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * A file of certificates, and perhaps of a key: PKCS12, JKS or PEM, told apart by what is in it.
 *
 * @param path     where it is
 * @param password of the store and of the key in it; of an encrypted key in PEM; null for none
 */
public record StoreFile(Path path, String password) {

    private static final String ALIAS = "pem-";

    /**
     * The file as it is now, with a private key and its certificate at least.
     *
     * @throws IOException if it cannot be read or used; the message is a reason for a person, without the password
     */
    public KeyStore asKeyStore() throws IOException {
        return usable(true);
    }

    /**
     * The file as it is now, with a certificate to trust at least.
     *
     * @throws IOException if it cannot be read or used; the message is a reason for a person, without the password
     */
    public KeyStore asTrustStore() throws IOException {
        return usable(false);
    }

    private KeyStore usable(boolean withKey) throws IOException {
        KeyStore store = load();
        if (certificates(store, withKey).isEmpty()) {
            throw new IOException((withKey ? "it holds no private key with its certificate" : "it holds no certificate to trust (openssl pkcs12 marks none: use PEM, or keytool -importcert)")
                    + (password == null ? "; does it need a password?" : ""));
        }
        return store;
    }

    private KeyStore load() throws IOException {
        byte[] bytes = Files.readAllBytes(path);
        char[] secret = password == null ? null : password.toCharArray();
        try {
            if (PemFile.isPem(bytes)) {
                return ofPem(new PemFile(new String(bytes, StandardCharsets.US_ASCII), secret));
            }
            return KeyStore.getInstance(path.toFile(), secret);
        } catch (IOException e) {
            if (e.getCause() instanceof UnrecoverableKeyException) {
                throw new IOException(secret == null ? "it needs a password" : "the password is wrong", e);
            }
            throw e;
        } catch (GeneralSecurityException e) {
            throw new IOException("it is neither PKCS12 nor JKS nor PEM, or is damaged", e);
        }
    }

    private KeyStore ofPem(PemFile pem) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        Certificate[] chain = pem.certificates().toArray(Certificate[]::new);
        if (pem.key() != null && chain.length > 0) {
            store.setKeyEntry(ALIAS + "key", pem.key(), keyPassword(), chain);
        } else {
            for (int at = 0; at < chain.length; at++) {
                store.setCertificateEntry(ALIAS + at, chain[at]);
            }
        }
        return store;
    }

    /** Of the keys in the store that was loaded. */
    public char[] keyPassword() {
        return password == null ? new char[0] : password.toCharArray();
    }

    /** Why the file cannot be what identifies this side; null if it can. Its certificates may have expired. */
    String problemAsKeyStore() {
        return problem(true);
    }

    /** Why the file cannot be what says whom this side trusts; null if it can. Its certificates may have expired. */
    String problemAsTrustStore() {
        return problem(false);
    }

    private String problem(boolean withKey) {
        if (!Files.isRegularFile(path)) {
            return Files.exists(path) ? "it is no file" : "there is no such file";
        } else if (!Files.isReadable(path)) {
            return "it cannot be read by this user";
        }
        try {
            certificates(usable(withKey), withKey);
            return null;
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    /**
     * Why the source that uses the file will be refused, though the file can be read: none of its certificates is valid. It
     * is no error of the configuration, because the others of the bridge are as good as before.
     *
     * @param withKey whether it identifies this side
     * @return null if nothing is wrong, or the file cannot be read
     */
    String notValid(boolean withKey, Instant now) {
        try {
            List<X509Certificate> certificates = certificates(usable(withKey), withKey);
            if (certificates.stream().allMatch(one -> one.getNotAfter().toInstant().isBefore(now))) {
                X509Certificate last = Collections.max(certificates, Comparator.comparing(X509Certificate::getNotAfter));
                return "its certificate for " + last.getSubjectX500Principal() + " expired at " + last.getNotAfter().toInstant();
            } else if (withKey && certificates.stream().allMatch(one -> one.getNotBefore().toInstant().isAfter(now))) {
                return "its certificate is valid only from " + certificates.get(0).getNotBefore().toInstant() + " on";
            }
            return null;
        } catch (IOException e) {
            return null;
        }
    }

    /** Of a key store the first of each key, which is its own; of a trust store all. */
    private List<X509Certificate> certificates(KeyStore store, boolean withKey) throws IOException {
        List<X509Certificate> certificates = new ArrayList<>();
        try {
            for (String alias : Collections.list(store.aliases())) {
                boolean usable = withKey ? store.isKeyEntry(alias) && store.getKey(alias, keyPassword()) != null : store.isCertificateEntry(alias);
                if (usable && store.getCertificate(alias) instanceof X509Certificate certificate) {
                    certificates.add(certificate);
                }
            }
        } catch (GeneralSecurityException e) {
            throw new IOException("the password does not open the private key", e);
        }
        return certificates;
    }

    /** Without the password. */
    @Override
    public String toString() {
        return path.toString();
    }
}
