package org.finetunebridge.camel.http;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.finetunebridge.settings.StoreFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS with the certificates of files, which are looked at for every new connection and read anew when they changed. A file
 * that cannot be used then leaves what it held before in use. Safe for threads.
 */
final class TlsStores implements TlsSocketStrategy {

    private static final Logger LOG = LoggerFactory.getLogger(TlsStores.class);

    private final Part<TrustManager> trust;
    private final Part<KeyManager> key;
    private TlsSocketStrategy current;

    /**
     * @param trust whom this side trusts; null for whom the JVM does
     * @param key   what identifies this side; null for nothing
     */
    TlsStores(StoreFile trust, StoreFile key) {
        this.trust = new Part<>(trust, TlsStores::trusted);
        this.key = new Part<>(key, TlsStores::keys);
    }

    @Override
    public SSLSocket upgrade(Socket socket, String target, int port, Object attachment, HttpContext context) throws IOException {
        return current().upgrade(socket, target, port, attachment, context);
    }

    private synchronized TlsSocketStrategy current() throws IOException {
        boolean changed = trust.readAnew() | key.readAnew();
        if (changed || current == null) {
            try {
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(key.managers, trust.managers, null);
                current = new DefaultClientTlsStrategy(context);
            } catch (GeneralSecurityException e) {
                throw new IOException("no TLS with " + trust.file + " and " + key.file, e);
            }
        }
        return current;
    }

    private static TrustManager[] trusted(StoreFile file) throws IOException, GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(file.asTrustStore());
        return factory.getTrustManagers();
    }

    private static KeyManager[] keys(StoreFile file) throws IOException, GeneralSecurityException {
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(file.asKeyStore(), file.keyPassword());
        return factory.getKeyManagers();
    }

    /** What is made of a store. */
    @FunctionalInterface
    private interface Loader<T> {
        T[] of(StoreFile file) throws IOException, GeneralSecurityException;
    }

    /** One of the two files, and what was read of it. */
    private static final class Part<T> {

        private final StoreFile file;
        private final Loader<T> loader;
        private T[] managers;
        private List<Object> read;

        Part(StoreFile file, Loader<T> loader) {
            this.file = file;
            this.loader = loader;
        }

        /**
         * @return whether there is something new
         * @throws IOException if the file cannot be used, and never could
         */
        boolean readAnew() throws IOException {
            List<Object> now = file == null ? null : fingerprint();
            if (now == null || now.equals(read)) {
                return false;
            }
            boolean first = managers == null;
            try {
                managers = loader.of(file);
                read = now;
                if (!first) {
                    LOG.info("{} changed: what it holds now is used for new connections", file);
                }
                return true;
            } catch (IOException | GeneralSecurityException e) {
                if (first) {
                    throw new IOException(file + " cannot be used: " + e.getMessage(), e);
                }
                read = now;
                LOG.warn("{} changed, but cannot be used: {}. What it held before is used on", file, e.getMessage());
                return false;
            }
        }

        /** Changes when the file does, be it written over or replaced. */
        private List<Object> fingerprint() {
            try {
                BasicFileAttributes attributes = Files.readAttributes(file.path(), BasicFileAttributes.class);
                return List.of(attributes.lastModifiedTime(), attributes.size(), String.valueOf(attributes.fileKey()));
            } catch (IOException e) {
                return List.of();
            }
        }
    }
}
