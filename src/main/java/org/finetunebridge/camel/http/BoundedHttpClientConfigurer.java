package org.finetunebridge.camel.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.zip.GZIPInputStream;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.EntityDetails;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.HttpResponseInterceptor;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.util.Timeout;

/**
 * Keeps a provider's answer within bounds before anything else sees it: so many bytes, counted after unpacking, and so
 * much time. One layer retries, and it is not the HTTP client; redirects are not followed, since they would carry the
 * key to another host.
 */
public final class BoundedHttpClientConfigurer implements HttpClientConfigurer {

    /** As many as a source may have requests in flight. */
    private static final int MOST_CONNECTIONS = 256;

    private final long maxSize;
    private final Duration timeout;

    /**
     * @param maxSize bytes of an answer
     * @param timeout from the answer's first byte to its last
     */
    public BoundedHttpClientConfigurer(long maxSize, Duration timeout) {
        this.maxSize = maxSize;
        this.timeout = timeout;
    }

    @Override
    public void configureHttpClient(HttpClientBuilder client) {
        client.disableAutomaticRetries().disableRedirectHandling().disableCookieManagement().disableAuthCaching();
        client.disableContentCompression().setConnectionManager(connections());
        client.addResponseInterceptorLast(new HttpResponseInterceptor() {
            @Override
            public void process(HttpResponse response, EntityDetails entity, HttpContext context) {
                if (response instanceof ClassicHttpResponse answer && answer.getEntity() != null) {
                    answer.setEntity(new BoundedEntity(answer.getEntity()));
                    answer.removeHeaders(HttpHeaders.CONTENT_ENCODING);
                }
            }
        });
    }

    /** Closed with the client. */
    private HttpClientConnectionManager connections() {
        return PoolingHttpClientConnectionManagerBuilder.create().setConnectionFactory(UnloggedHttpConnection::new)
                .setDefaultSocketConfig(SocketConfig.custom().setSoTimeout(Timeout.of(timeout)).build())
                .setMaxConnTotal(MOST_CONNECTIONS).setMaxConnPerRoute(MOST_CONNECTIONS).build();
    }

    /** An answer is larger than it may be. */
    public static final class TooLarge extends IOException {

        private static final long serialVersionUID = 1L;

        TooLarge(long maxSize) {
            super("the answer is larger than bridge.max-response-size (" + maxSize + " bytes)");
        }
    }

    private final class BoundedEntity extends HttpEntityWrapper {

        BoundedEntity(HttpEntity entity) {
            super(entity);
        }

        @Override
        public InputStream getContent() throws IOException {
            InputStream raw = super.getContent();
            boolean packed = "gzip".equalsIgnoreCase(super.getContentEncoding());
            return raw == null ? null : new BoundedStream(packed ? new GZIPInputStream(raw) : raw);
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

    private final class BoundedStream extends FilterInputStream {

        private final long deadline = System.nanoTime() + timeout.toNanos();
        private long read;

        BoundedStream(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int octet = super.read();
            return octet < 0 ? octet : count(1, octet);
        }

        @Override
        public int read(byte[] buffer, int from, int length) throws IOException {
            int count = super.read(buffer, from, length);
            return count < 0 ? count : count(count, count);
        }

        /** After a breach the rest is not drained, as closing would: the connection is thrown away. */
        @Override
        public void close() throws IOException {
            if (read <= maxSize && System.nanoTime() < deadline) {
                super.close();
            }
        }

        private int count(int more, int result) throws IOException {
            read += more;
            if (read > maxSize) {
                throw new TooLarge(maxSize);
            }
            if (System.nanoTime() >= deadline) {
                throw new IOException("the answer took longer than the request-timeout of " + timeout.toMillis()
                        + " ms");
            }
            return result;
        }
    }
}
