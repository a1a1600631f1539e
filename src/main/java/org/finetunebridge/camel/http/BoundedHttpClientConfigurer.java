package org.finetunebridge.camel.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.HttpResponseInterceptor;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.finetunebridge.settings.AccessSettings;
import org.finetunebridge.settings.ProxyRules;

/**
 * Keeps a provider's answer within bounds before anything else sees it: so many bytes, packed and unpacked, and so much
 * time from the request to the answer's last byte, which {@link UnloggedHttpConnection} counts. One layer retries, and it
 * is not the HTTP client; redirects are not followed, since they would carry the key to another host.
 */
public final class BoundedHttpClientConfigurer implements HttpClientConfigurer, AutoCloseable {

    /** As many as there may be requests in flight. */
    private static final int MOST_CONNECTIONS = 256;
    private static final int LOWEST_ERROR = 300;
    private static final Timeout CONNECTING = Timeout.ofSeconds(10);
    /** Of a connection whose certificates stand in files: after that long at most those of today are used. */
    private static final TimeValue LONGEST_LIFE = TimeValue.ofMinutes(5);

    private final long maxSize;
    private final Duration timeout;
    private final AccessSettings access;
    private final Queue<HttpClientConnectionManager> pools = new ConcurrentLinkedQueue<>();

    /**
     * @param maxSize bytes of an answer
     * @param timeout from the request to the answer's last byte
     * @param access  how the providers are reached
     */
    public BoundedHttpClientConfigurer(long maxSize, Duration timeout, AccessSettings access) {
        this.maxSize = maxSize;
        this.timeout = timeout;
        this.access = access;
    }

    @Override
    public void configureHttpClient(HttpClientBuilder client) {
        client.disableAutomaticRetries().disableRedirectHandling().disableCookieManagement().disableAuthCaching();
        client.disableContentCompression().setConnectionManager(connections());
        if (!access.proxies().equals(ProxyRules.NONE)) {
            new ProxyHandler(access.proxies()).configureHttpClient(client);
        }
        client.addResponseInterceptorLast(new HttpResponseInterceptor() {
            @Override
            public void process(HttpResponse response, EntityDetails entity, HttpContext context) {
                if (response instanceof ClassicHttpResponse answer && answer.getEntity() != null) {
                    answer.setEntity(new BoundedEntity(answer.getEntity(), answer.getCode() >= LOWEST_ERROR));
                    answer.removeHeaders(HttpHeaders.CONTENT_ENCODING);
                }
            }
        });
    }

    /** Closes every connection, also those on which an answer is awaited: those requests fail at once. */
    @Override
    public void close() {
        pools.forEach(pool -> pool.close(CloseMode.IMMEDIATE));
    }

    /** Closed with the client, or before it. */
    private HttpClientConnectionManager connections() {
        var builder = PoolingHttpClientConnectionManagerBuilder.create();
        ConnectionConfig.Builder connection = ConnectionConfig.custom().setConnectTimeout(CONNECTING);
        if (access.hasStores()) {
            builder.setTlsSocketStrategy(new TlsStores(access.trustStore(), access.keyStore()));
            connection.setTimeToLive(LONGEST_LIFE);
        } else {
            builder.setTlsSocketStrategy(DefaultClientTlsStrategy.createSystemDefault());
        }
        HttpClientConnectionManager pool = builder.setDefaultConnectionConfig(connection.build())
                .setConnectionFactory(socket -> new UnloggedHttpConnection(socket, timeout))
                .setDefaultSocketConfig(SocketConfig.custom().setSoTimeout(Timeout.of(timeout)).build())
                .setMaxConnTotal(MOST_CONNECTIONS).setMaxConnPerRoute(MOST_CONNECTIONS).build();
        pools.add(pool);
        return pool;
    }

    private final class BoundedEntity extends HttpEntityWrapper {

        private final boolean error;
        private InputStream content;

        BoundedEntity(HttpEntity entity, boolean error) {
            super(entity);
            this.error = error;
        }

        /** The same stream each time, for the HTTP client asks again in order to close it. */
        @Override
        public InputStream getContent() throws IOException {
            if (content == null) {
                InputStream raw = super.getContent();
                content = raw == null ? null : new CountingStream(decoded(new CountingStream(raw)));
            }
            return content;
        }

        private InputStream decoded(CountingStream raw) throws IOException {
            String encoding = super.getContentEncoding() == null ? "identity" : super.getContentEncoding().strip().toLowerCase(Locale.ROOT);
            return switch (encoding) {
                case "", "identity" -> raw;
                case "gzip", "x-gzip" -> new GzipStream(raw, error);
                default -> {
                    if (!error) {
                        throw new UndecodableResponseException("the answer's Content-Encoding is " + encoding
                                + ", which was not asked for: is a proxy between?", null);
                    }
                    yield InputStream.nullInputStream();
                }
            };
        }

        @Override
        public String getContentEncoding() {
            return null;
        }

        @Override
        public long getContentLength() {
            return -1;
        }
    }

    /** Unpacks when it is first read, so that a body that is not gzip is the reader's failure, and never that of closing. */
    private static final class GzipStream extends UnloggedHttpConnection.BlockStream {

        private final boolean error;
        private boolean unpacked;

        /** @param error whether the status says more than the body: then what cannot be unpacked is left out */
        GzipStream(InputStream raw, boolean error) {
            super(raw);
            this.error = error;
        }

        @Override
        public int read(byte[] buffer, int from, int length) throws IOException {
            try {
                if (!unpacked) {
                    in = new GZIPInputStream(in);
                    unpacked = true;
                }
                return in.read(buffer, from, length);
            } catch (ZipException | EOFException e) {
                if (error) {
                    return -1;
                }
                throw new UndecodableResponseException("the answer's Content-Encoding is gzip, but its body is not, or is cut off: "
                        + "is a proxy between?", e);
            }
        }
    }

    private final class CountingStream extends UnloggedHttpConnection.BlockStream {

        private long read;

        CountingStream(InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] buffer, int from, int length) throws IOException {
            int count = in.read(buffer, from, length);
            read += Math.max(count, 0);
            if (read > maxSize) {
                throw new ResponseTooLargeException(maxSize);
            }
            return count;
        }

        /** After a breach the rest is not drained, as closing would: the connection is thrown away. */
        @Override
        public void close() throws IOException {
            if (read <= maxSize) {
                super.close();
            }
        }
    }

    /** An answer is larger than it may be, packed or unpacked. */
    public static final class ResponseTooLargeException extends IOException {

        private static final long serialVersionUID = 1L;

        ResponseTooLargeException(long maxSize) {
            super("the answer is larger than bridge.max-response-size (" + maxSize + " bytes)");
        }
    }

    /** An answer's body is not what its header {@code Content-Encoding} says, or is encoded in a way that was not asked for. */
    public static final class UndecodableResponseException extends IOException {

        private static final long serialVersionUID = 1L;

        UndecodableResponseException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
