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
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.ConnectionRequestTimeoutException;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.settings.ProxyRules;
import org.finetunebridge.settings.SourceSettings;

/** Why no usable answer came over the network: the host, what happened, and what to do, in plain English. */
public final class TransportFailure {

    private static final Pattern CERTIFICATE_ALERT = Pattern.compile("certificate|unknown_ca");

    private TransportFailure() {}

    /**
     * One sentence without the names of Java's classes.
     *
     * @param exception as the HTTP client threw it
     * @param source    the account that asked
     */
    public static String reason(IOException exception, SourceSettings source) {
        return reason(exception, source, source.baseUrl(), source.name() + ".base-url");
    }

    /**
     * One sentence without the names of Java's classes.
     *
     * @param asked the address
     * @param key   that holds it
     */
    static String reason(IOException exception, SourceSettings source, String asked, String key) {
        URI url = URI.create(asked);
        String host = url.getHost();
        String port = host + ':' + (url.getPort() > 0 ? url.getPort() : "https".equals(url.getScheme()) ? 443 : 80);
        ProxyHandler.ProxyRefusedException refused = Throwables.of(ProxyHandler.ProxyRefusedException.class, exception);
        ProxyRules.Proxy proxy = source.access().proxies().of(asked);
        if (refused != null) {
            return refusal(refused, proxy, port, source);
        } else if (proxy != null && (is(UnknownHostException.class, exception) || is(ConnectException.class, exception)
                || is(NoRouteToHostException.class, exception) || is(ConnectTimeoutException.class, exception))) {
            return proxy.named(source.name()) + " cannot be reached: check its host and port, and whether it runs;"
                    + " for no proxy set " + source.name() + ".proxy = none";
        } else if (is(UnknownHostException.class, exception)) {
            return "no host is named " + host + ": check " + key + ", the network and its DNS, and whether a proxy is needed ("
                    + source.name() + ".proxy)";
        } else if (is(ConnectTimeoutException.class, exception)) {
            return "no connection to " + port + " within 10 s: check " + key + ", the firewall and whether a proxy is needed";
        } else if (is(ConnectionRequestTimeoutException.class, exception)) {
            return "every connection to " + port + " is in use";
        } else if (is(ConnectException.class, exception) || is(NoRouteToHostException.class, exception)) {
            return port + " refuses connections, or cannot be reached: check " + key + ", the firewall and whether a proxy is needed";
        } else if (is(SSLException.class, exception)) {
            return tls(exception, port, key, source);
        } else if (is(SocketTimeoutException.class, exception)) {
            return "no complete answer from " + port + " within " + source.name() + ".request-timeout of " + text(source.requestTimeout());
        } else if (is(NoHttpResponseException.class, exception)) {
            return (proxy == null ? port : "the proxy " + proxy + ", or " + port + " behind it,") + " closed the connection without an answer";
        } else if (is(ConnectionClosedException.class, exception)) {
            return port + " closed the connection in the middle of an answer";
        } else if (is(MessageConstraintException.class, exception)) {
            return "the headers of the answer from " + port + " are too long, or too many";
        }
        return "the connection to " + port + " failed: " + exception.getMessage();
    }

    /** What it means: a proxy that wants another user, or forbids the way, does so the next time too. */
    public static ErrorAction means(IOException exception) {
        ProxyHandler.ProxyRefusedException refused = Throwables.of(ProxyHandler.ProxyRefusedException.class, exception);
        return refused != null && refused.isFinal() ? ErrorAction.SOURCE : ErrorAction.TRANSIENT;
    }

    private static String refusal(ProxyHandler.ProxyRefusedException refused, ProxyRules.Proxy proxy, String port, SourceSettings source) {
        String remedy = refused.status() != HttpStatus.SC_PROXY_AUTHENTICATION_REQUIRED
                ? refused.isFinal() ? "ask its owner to allow " + port + ", or set " + source.name() + ".proxy to another one" : "it is tried again"
                : proxy.user() == null ? "it wants a user and a password: http://user:password@" + proxy
                : "it does not take this user and password";
        return proxy.named(source.name()) + " lets no request to " + port + " through: it answers " + refused.status() + "; " + remedy;
    }

    private static String tls(IOException exception, String port, String key, SourceSettings source) {
        CertPathBuilderException path = Throwables.of(CertPathBuilderException.class, exception);
        if (is(CertificateExpiredException.class, exception)) {
            return "the certificate of " + port + " has expired: its owner has to renew it, unless this machine's date is wrong";
        } else if (path != null) {
            return "the certificate of " + port + " is signed by nobody who is trusted here: if that is right (a proxy, an own"
                    + " authority), put that authority into a file: " + source.name() + ".trust-store = FILE (PKCS12, JKS or PEM)";
        } else if (is(SSLPeerUnverifiedException.class, exception) || contains("No subject alternative", exception)) {
            return "the certificate of " + port + " is for another host: check " + key;
        } else if (contains("Unsupported or unrecognized SSL message", exception)) {
            return port + " does not speak TLS: is " + key + " to begin with http instead of https?";
        }
        if (contains("fatal alert", exception) && CERTIFICATE_ALERT.matcher(Throwables.of(SSLException.class, exception).getMessage()).find()) {
            return port + (source.access().keyStore() == null ? " asks for a client certificate: set " + source.name() + ".key-store to a file with it and its key"
                    : " does not accept the client certificate of " + source.name() + ".key-store, " + source.access().keyStore())
                    + " (" + Throwables.of(SSLException.class, exception).getMessage() + ')';
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
