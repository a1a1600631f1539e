package org.finetunebridge.camel.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.hc.client5.http.auth.AuthExchange;
import org.apache.hc.client5.http.auth.UsernamePasswordCredentials;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.client5.http.impl.ChainElement;
import org.apache.hc.client5.http.impl.auth.BasicScheme;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.routing.DefaultRoutePlanner;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.finetunebridge.settings.ProxyRules;

/**
 * Sends requests through the proxies that the settings name: by CONNECT to what begins with https, else whole. The proxy
 * itself is always spoken to without TLS. User and password go out with the first request, since asking for them first
 * would cost a request each time. What a proxy answers for itself is an exception, and never taken for the provider's word.
 */
final class ProxyHandler implements HttpClientConfigurer, ExecChainHandler {

    private static final String NAME = "finetune-bridge-proxy";
    /** Attribute of the request's context: the way to the provider is there. */
    private static final String CONNECTED = "finetune-bridge-connected";

    private final ProxyRules proxies;

    ProxyHandler(ProxyRules proxies) {
        this.proxies = proxies;
    }

    @Override
    public void configureHttpClient(HttpClientBuilder client) {
        client.setRoutePlanner(new DefaultRoutePlanner(null) {
            @Override
            protected HttpHost determineProxy(HttpHost target, HttpContext context) {
                ProxyRules.Proxy proxy = of(target);
                return proxy == null ? null : new HttpHost("http", proxy.host(), proxy.port());
            }
        });
        client.addExecInterceptorFirst(NAME, this);
        client.addExecInterceptorAfter(ChainElement.CONNECT.name(), CONNECTED, (request, scope, chain) -> {
            scope.clientContext.setAttribute(CONNECTED, scope.exchangeId);
            return chain.proceed(request, scope);
        });
    }

    @Override
    public ClassicHttpResponse execute(ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain) throws IOException, HttpException {
        ProxyRules.Proxy proxy = scope.route.getProxyHost() == null ? null : of(scope.route.getTargetHost());
        if (proxy == null) {
            return chain.proceed(request, scope);
        } else if (proxy.user() != null) {
            var basic = new BasicScheme(StandardCharsets.UTF_8);
            basic.initPreemptive(new UsernamePasswordCredentials(proxy.user(), proxy.password().toCharArray()));
            AuthExchange authentication = scope.clientContext.getAuthExchange(scope.route.getProxyHost());
            authentication.reset();
            authentication.select(basic);
        }
        ClassicHttpResponse answer = chain.proceed(request, scope);
        boolean connected = scope.exchangeId.equals(scope.clientContext.getAttribute(CONNECTED));
        if (!connected || answer.getCode() == HttpStatus.SC_PROXY_AUTHENTICATION_REQUIRED) {
            scope.execRuntime.discardEndpoint();
            throw new ProxyRefusedException(answer.getCode());
        }
        return answer;
    }

    private ProxyRules.Proxy of(HttpHost target) {
        return proxies.of(target.getSchemeName(), target.getHostName(), target.getPort());
    }

    /** A proxy answered for itself: it does not let the request through. */
    static final class ProxyRefusedException extends IOException {

        private static final long serialVersionUID = 1L;

        private final int status;

        ProxyRefusedException(int status) {
            super("the proxy answers " + status);
            this.status = status;
        }

        int status() {
            return status;
        }

        /** Whether it will refuse the next time too. */
        boolean isFinal() {
            return status >= 400 && status < 500 && status != HttpStatus.SC_REQUEST_TIMEOUT && status != HttpStatus.SC_TOO_MANY_REQUESTS;
        }
    }
}
