package org.finetunebridge.camel.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection;
import org.apache.hc.core5.http.impl.io.DefaultHttpResponseParserFactory;
import org.apache.hc.core5.http.impl.io.SocketHolder;
import org.apache.hc.core5.util.Timeout;

/**
 * A connection that writes nothing down: the HTTP client's own logs each byte, and with it the key, for whoever sets its
 * level to debug. It reads no head without end, and nothing at all after a request's time is over: the time is checked
 * beneath headers, chunks and compression, so that no part of an answer can trickle for ever.
 */
final class UnloggedHttpConnection extends DefaultBHttpClientConnection implements ManagedHttpClientConnection {

    private static final Http1Config BOUNDS = Http1Config.custom().setMaxLineLength(16 * 1024).setMaxHeaderCount(200)
            .build();

    /**
     * A header that is not sent: its value, {@code name=key}, becomes part of the query as the request is written, so that the
     * key stands in no address that anybody logs.
     */
    static final String QUERY_KEY = "finetune-bridge-query-key";
    private static final int LARGEST_SKIP = 8192;

    private final Duration longest;
    private Timeout timeout = Timeout.DISABLED;
    private volatile boolean underWay;
    private volatile long deadline;

    /**
     * @param socket  may be null; then one is bound later
     * @param longest from a request to the last byte of its answer
     */
    UnloggedHttpConnection(Socket socket, Duration longest) throws IOException {
        super(BOUNDS, null, null, null, null, null, new DefaultHttpResponseParserFactory(BOUNDS));
        this.longest = longest;
        if (socket != null) {
            bind(socket);
        }
    }

    @Override
    public void bind(Socket socket) throws IOException {
        super.bind(new SocketHolder(socket) {
            @Override
            protected InputStream getInputStream(Socket read) throws IOException {
                return new TimedStream(super.getInputStream(read), read);
            }
        });
        timeout = Timeout.ofMilliseconds(socket.getSoTimeout());
    }

    @Override
    public void bind(SSLSocket secured, Socket socket) throws IOException {
        super.bind(new SocketHolder(secured, socket) {
            @Override
            protected InputStream getInputStream(Socket read) throws IOException {
                return new TimedStream(super.getInputStream(read), read);
            }
        });
        timeout = Timeout.ofMilliseconds(secured.getSoTimeout());
    }

    @Override
    public void sendRequestHeader(ClassicHttpRequest request) throws HttpException, IOException {
        deadline = System.nanoTime() + longest.toNanos();
        underWay = true;
        Header key = request.getFirstHeader(QUERY_KEY);
        if (key == null) {
            super.sendRequestHeader(request);
            return;
        }
        String path = request.getPath();
        request.removeHeader(key);
        request.setPath(path + (path.indexOf('?') < 0 ? '?' : '&') + key.getValue());
        try {
            super.sendRequestHeader(request);
        } finally {
            request.setPath(path);
            request.addHeader(key);
        }
    }

    @Override
    public void setSocketTimeout(Timeout next) {
        super.setSocketTimeout(next);
        timeout = next;
    }

    @Override
    public Socket getSocket() {
        return getSocketHolder() == null ? null : getSocketHolder().getSocket();
    }

    /** Nobody waits on it. */
    @Override
    public void passivate() {
        underWay = false;
        super.setSocketTimeout(Timeout.ZERO_MILLISECONDS);
    }

    @Override
    public void activate() {
        super.setSocketTimeout(timeout);
    }

    /** Waits for bytes no longer than until the deadline, and not at all after it. */
    private final class TimedStream extends BlockStream {

        private final Socket socket;

        TimedStream(InputStream in, Socket socket) {
            super(in);
            this.socket = socket;
        }

        @Override
        public int read(byte[] buffer, int from, int length) throws IOException {
            if (!underWay) {
                return in.read(buffer, from, length);
            }
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                throw new SocketTimeoutException("the answer took longer than the request-timeout");
            }
            int before = socket.getSoTimeout();
            if (before > 0 && before <= left) {
                return in.read(buffer, from, length);
            }
            socket.setSoTimeout((int) Math.min(left, Integer.MAX_VALUE));
            try {
                return in.read(buffer, from, length);
            } finally {
                if (!socket.isClosed()) {
                    socket.setSoTimeout(before);
                }
            }
        }
    }

    /** A stream whose every byte is read in blocks, so that one method bounds all of them. */
    abstract static class BlockStream extends FilterInputStream {

        BlockStream(InputStream in) {
            super(in);
        }

        @Override
        public abstract int read(byte[] buffer, int from, int length) throws IOException;

        @Override
        public final int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public final long skip(long most) throws IOException {
            return Math.max(0, read(new byte[(int) Math.min(most, LARGEST_SKIP)]));
        }
    }
}
