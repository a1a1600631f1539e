package org.finetunebridge.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyRulesTest {

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = {
        "http://proxy:3128,                  proxy, 3128, -,  -",
        "HTTP://proxy.example.com:80/,       proxy.example.com, 80, -, -",
        "http://[::1]:3128,                  [::1], 3128, -, -",
        "http://me:pass@proxy:3128,          proxy, 3128, me, pass",
        "http://me@proxy:3128,               proxy, 3128, me, ''",
        "http://me:p%40s%3As%C3%A9+%@proxy:1, proxy, 1, me, p@s:sé+%",
        "http://a@b:p@ss:w@proxy:3128,       proxy, 3128, a@b, p@ss:w"})
    void readsWhatAKeyNames(String text, String host, int port, String user, String password) {
        ProxyRules.Proxy proxy = ProxyRules.named(text).of("https://api.example.com/v1");

        assertThat(proxy).extracting(ProxyRules.Proxy::host, ProxyRules.Proxy::port, ProxyRules.Proxy::user)
                .containsExactly(host, port, user);
        assertThat(user == null ? null : proxy.password()).isEqualTo(password);
        assertThat(proxy.toString()).isEqualTo(host + ':' + port);
    }

    @ParameterizedTest
    @ValueSource(strings = {"proxy:3128", "http://proxy", "https://proxy:3128", "socks5://proxy:1080", "http://proxy:0", "http://proxy:70000",
        "http://:3128", "http://proxy:3128/path", "http://pro xy:3128"})
    void refusesWhatIsNoneOrCannotBeSpokenTo(String text) {
        assertThat(ProxyRules.named(text)).isNull();
    }

    @Test
    void takesTheKeyForEveryHostAndTheSurroundingsForThoseFarAway() {
        ProxyRules named = ProxyRules.named("http://own:1");
        ProxyRules around = of(Map.of("HTTPS_PROXY", "http://far:2", "http_proxy", "near:3"), Map.of());

        for (String host : new String[] {"localhost", "127.0.0.1", "127.1.2.3", "[::1]"}) {
            assertThat(named.of("https://" + host + ":8443/x")).hasToString("own:1");
            assertThat(around.of("https://" + host + ":8443/x")).as(host).isNull();
        }
        assertThat(around.of("https://api.example.com")).hasToString("far:2");
        assertThat(around.of("http://api.example.com")).hasToString("near:3");
        assertThat(ProxyRules.NONE.of("https://api.example.com")).isNull();
    }

    @Test
    void takesTheJvmsPropertiesBeforeTheEnvironment() {
        Map<String, String> environment = Map.of("HTTPS_PROXY", "http://u:p@environment:1", "HTTP_PROXY", "environment", "https_proxy", "lower:9");

        assertThat(of(environment, Map.of("https.proxyHost", "jvm", "https.proxyPort", "8443"))).satisfies(rules -> {
            assertThat(rules.of("https://api.example.com")).hasToString("jvm:8443").extracting("origin", "user").containsExactly("https.proxyHost", null);
            assertThat(rules.of("http://api.example.com")).hasToString("environment:80").extracting("origin").isEqualTo("HTTP_PROXY");
        });
        assertThat(of(environment, Map.of("http.proxyHost", "jvm")).of("http://api.example.com")).hasToString("jvm:80");
        assertThat(of(environment, Map.of()).of("https://api.example.com")).hasToString("environment:1").extracting("user").isEqualTo("u");
        assertThat(of(Map.of("https_proxy", "lower:9", "HTTPS_PROXY", " "), Map.of()).of("https://a.example")).hasToString("lower:9");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "example.com            | https://example.com          | true",
        "example.com            | https://api.EXAMPLE.com      | true",
        "example.com            | https://badexample.com       | false",
        ".example.com           | https://api.example.com      | true",
        "*.example.com          | https://api.example.com      | true",
        "other, Example.com     | https://api.example.com      | true",
        "example.com:443        | https://api.example.com      | true",
        "example.com:8443       | https://api.example.com      | false",
        "example.com:8443       | https://api.example.com:8443 | true",
        "10.0.0.0/8             | https://10.1.2.3             | true",
        "10.0.0.0/9             | https://10.200.2.3           | false",
        "10.0.0.7               | https://10.0.0.7:8443        | true",
        "0.7                    | https://10.0.0.7             | false",
        "fd00::/8               | https://[fd12::1]            | true",
        "10.0.0.0/99            | https://10.0.0.0             | false",
        "*                      | https://api.example.com      | true"})
    void leavesOutWhatNoProxySays(String direct, String url, boolean left) {
        ProxyRules rules = of(Map.of("HTTPS_PROXY", "proxy:1", "no_proxy", direct), Map.of());

        assertThat(rules.of(url) == null).isEqualTo(left);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "localhost,*.example.com | https://api.example.com | true",
        "localhost,*.example.com | https://example.com     | false",
        "localhost,10.*          | https://10.1.2.3        | true",
        "example.com             | https://api.example.com | false"})
    void leavesOutWhatNonProxyHostsSays(String direct, String url, boolean left) {
        ProxyRules rules = of(Map.of("NO_PROXY", "*"), Map.of("https.proxyHost", "proxy", "http.nonProxyHosts", direct.replace(',', '|')));

        assertThat(rules.of(url) == null).isEqualTo(left);
        assertThat(of(Map.of(), Map.of("https.proxyHost", "proxy")).of("https://127.0.0.1")).isNull();
    }

    @Test
    void namesWhatOfTheSurroundingsCannotBeUsedButNotItsPassword() {
        assertThatThrownBy(() -> of(Map.of("https_proxy", "socks5://u:geheim@proxy:1"), Map.of())).hasMessageStartingWith("HTTPS_PROXY: allowed is http://")
                .hasMessageNotContaining("geheim");
        assertThatThrownBy(() -> of(Map.of(), Map.of("http.proxyHost", "a b"))).hasMessageStartingWith("http.proxyHost");
    }

    @Test
    void showsAProxyWithoutItsUser() {
        assertThat(SecretMask.masked("acme.proxy", "http://me:p@ss@proxy:3128")).isEqualTo("http://***@proxy:3128");
        assertThat(SecretMask.masked("acme.proxy", "http://proxy:3128")).isEqualTo("http://proxy:3128");
        assertThat(SecretMask.shown("acme.proxy", "me:p/w@proxy:3128")).isEqualTo("***@proxy:3128");
        assertThat(SecretMask.shown("acme.proxy", "socks5://me:pass@proxy")).isEqualTo("socks5://***@proxy").doesNotContain("pass");
        assertThat(SecretMask.masked("acme.api-key", "http://proxy")).isEqualTo("***");
    }

    private static ProxyRules of(Map<String, String> environment, Map<String, String> system) {
        var properties = new Properties();
        properties.putAll(system);
        return ProxyRules.surroundings(environment, properties);
    }
}
