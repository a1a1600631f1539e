package org.finetunebridge.camel.http;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateExpiredException;
import java.time.Duration;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.NoHttpResponseException;

/** Why no usable answer came over the network: the host, what happened, and what to do, in plain English. */
public final class TransportFailure {

    private TransportFailure() {}

    /**
     * One sentence without the names of Java's classes.
     *
     * @param exception as the HTTP client threw it
     * @param source    name of the account, as its keys begin
     * @param baseUrl   that was asked
     * @param timeout   the account's request-timeout
     */
    public static String reason(IOException exception, String source, String baseUrl, Duration timeout) {
        URI url = URI.create(baseUrl);
        String host = url.getHost();
        String port = host + ':' + (url.getPort() > 0 ? url.getPort() : "https".equals(url.getScheme()) ? 443 : 80);
        String key = source + ".base-url";
        if (is(UnknownHostException.class, exception)) {
            return "no host is named " + host + ": check " + key + ", the network and its DNS";
        } else if (is(ConnectTimeoutException.class, exception)) {
            return "no connection to " + port + " within 10 s: check " + key + ", the firewall and whether a proxy is needed";
        } else if (is(ConnectionRequestTimeoutException.class, exception)) {
            return "every connection to " + port + " is in use";
        } else if (is(ConnectException.class, exception) || is(NoRouteToHostException.class, exception)) {
            return port + " refuses connections, or cannot be reached: check " + key + ", the firewall and whether a proxy is needed";
        } else if (is(SSLException.class, exception)) {
            return tls(exception, port, key);
        } else if (is(SocketTimeoutException.class, exception)) {
            return "no complete answer from " + port + " within " + source + ".request-timeout of " + text(timeout);
        } else if (is(NoHttpResponseException.class, exception)) {
            return port + " closed the connection without an answer";
        } else if (is(ConnectionClosedException.class, exception)) {
            return port + " closed the connection in the middle of an answer";
        } else if (is(MessageConstraintException.class, exception)) {
            return "the headers of the answer from " + port + " are too long, or too many";
        }
        return "the connection to " + port + " failed: " + exception.getMessage();
    }

    private static String tls(IOException exception, String port, String key) {
        CertPathBuilderException path = Throwables.of(CertPathBuilderException.class, exception);
        if (is(CertificateExpiredException.class, exception)) {
            return "the certificate of " + port + " has expired: its owner has to renew it, unless this machine's date is wrong";
        } else if (path != null) {
            return "the certificate of " + port + " is signed by nobody who is trusted here: if that is right (a proxy, an own"
                    + " authority), name a trust store with that authority, such as java -Djavax.net.ssl.trustStore=FILE -jar";
        } else if (is(SSLPeerUnverifiedException.class, exception) || contains("No subject alternative", exception)) {
            return "the certificate of " + port + " is for another host: check " + key;
        } else if (contains("Unsupported or unrecognized SSL message", exception)) {
            return port + " does not speak TLS: is " + key + " to begin with http instead of https?";
        }
        return "no secure connection to " + port + ": " + Throwables.of(SSLException.class, exception).getMessage();
    }

    private static boolean is(Class<? extends Throwable> type, Throwable exception) {
        return Throwables.of(type, exception) != null;
    }

    private static boolean contains(String words, Throwable exception) {
        return Throwables.of(SSLException.class, exception).getMessage() != null
                && Throwables.of(SSLException.class, exception).getMessage().contains(words);
    }

    private static String text(Duration timeout) {
        return timeout.toMillis() % 1000 == 0 ? timeout.toSeconds() + " s" : timeout.toMillis() + " ms";
    }
}
