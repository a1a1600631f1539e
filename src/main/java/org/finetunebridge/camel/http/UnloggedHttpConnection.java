package org.finetunebridge.camel.http;

import java.io.IOException;
import java.net.Socket;
import javax.net.ssl.SSLSocket;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection;
import org.apache.hc.core5.http.impl.io.DefaultHttpResponseParserFactory;
import org.apache.hc.core5.util.Timeout;

/**
 * A connection that writes nothing down: the HTTP client's own logs each byte, and with it the key, for whoever sets its
 * level to debug. And one that reads no head without end.
 */
final class UnloggedHttpConnection extends DefaultBHttpClientConnection implements ManagedHttpClientConnection {

    private static final Http1Config BOUNDS = Http1Config.custom().setMaxLineLength(16 * 1024).setMaxHeaderCount(200)
            .build();

    private Timeout timeout = Timeout.DISABLED;

    UnloggedHttpConnection(Socket socket) throws IOException {
        super(BOUNDS, null, null, null, null, null, new DefaultHttpResponseParserFactory(BOUNDS));
        if (socket != null) {
            bind(socket);
        }
    }

    @Override
    public void bind(Socket socket) throws IOException {
        super.bind(socket);
        timeout = Timeout.ofMilliseconds(socket.getSoTimeout());
    }

    @Override
    public void bind(SSLSocket secured, Socket socket) throws IOException {
        super.bind(secured, socket);
        timeout = Timeout.ofMilliseconds(secured.getSoTimeout());
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
        super.setSocketTimeout(Timeout.ZERO_MILLISECONDS);
    }

    @Override
    public void activate() {
        super.setSocketTimeout(timeout);
    }
}
