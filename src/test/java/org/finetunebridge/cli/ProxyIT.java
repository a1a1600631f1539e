package org.finetunebridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.finetunebridge.Loopback;
import org.finetunebridge.TestProxy;
import org.finetunebridge.simulator.Simulation;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A provider that only a proxy can reach: nobody else knows its name. */
class ProxyIT extends CommandLineFixture {

    private static final String PASSWORD = "p@ss-geheim";
    private static final String USER = "me:p%40ss-geheim@";

    @BeforeEach
    void create() {
        world.account("dashscope").create("ft-1").become("RUNNING");
    }

    @Test
    void readsThroughTheProxyOfTheSource() throws Exception {
        try (TestProxy proxy = new TestProxy("me:" + PASSWORD)) {
            assertThat(check("http://" + USER + proxy.address())).as("%s%s", out, err).isZero();
            assertThat(proxy.asked()).as("user and password went out at once").singleElement().asString()
                    .startsWith("GET http://provider.test:" + port() + "/api/v1/fine-tunes?");
            assertThat(out.toString()).contains("dashscope.proxy = http://***@" + proxy.address(), "answers after",
                    "It was asked through the proxy " + proxy.address() + " (dashscope.proxy).");
        }
        assertThat(sandbox.requests().all()).hasSize(1);
    }

    @Test
    void saysThatTheProxyWantsAUser() throws Exception {
        try (TestProxy proxy = new TestProxy("me:" + PASSWORD)) {
            assertThat(check("http://" + proxy.address())).isOne();
            assertThat(out.toString()).contains("the proxy " + proxy.address() + " (dashscope.proxy) lets no request to provider.test:" + port()
                    + " through: it answers 407; it wants a user and a password: http://user:password@" + proxy.address());

            assertThat(check("http://me:other@" + proxy.address())).isOne();
            assertThat(out.toString()).contains("it answers 407; it does not take this user and password");
        }
        assertThat(sandbox.requests().all()).isEmpty();
    }

    @Test
    void saysThatTheProxyCannotBeReached() {
        String nobody = "127.0.0.1:" + Loopback.freePort();

        assertThat(check("http://" + USER + nobody)).isOne();

        assertThat(out.toString()).contains("the proxy " + nobody + " (dashscope.proxy) cannot be reached");
    }

    /** A CONNECT that is refused is not the provider's answer, whatever status it has. */
    @Test
    void saysThatTheProxyForbidsTheWay() throws Exception {
        try (TestProxy proxy = new TestProxy(null).refuse(403)) {
            assertThat(terminal.type(arguments("https://provider.test", "http://" + proxy.address(), "check", "--json"))).isOne();

            assertThat(proxy.asked()).containsExactly("CONNECT provider.test:443 HTTP/1.1");
            assertThat(out.toString()).contains("\"means\" : \"source\"", "the proxy " + proxy.address()
                    + " (dashscope.proxy) lets no request to provider.test:443 through: it answers 403; ask its owner to allow provider.test:443");
            proxy.refuse(503);
            terminal.type(arguments("https://provider.test", "http://" + proxy.address(), "check", "--json"));
            assertThat(out.toString()).contains("\"means\" : \"transient\"", "it answers 503; it is tried again");
        }
    }

    @Test
    void refusesWhatIsNoProxyAndShowsNoPassword() {
        assertThat(check(USER + "proxy:3128")).isEqualTo(2);

        assertThat(err.toString()).startsWith("dashscope.proxy = ***@proxy:3128: allowed is http://[user:password@]host:port");
    }

    private int check(String proxy) {
        int exit = terminal.type(arguments("http://provider.test:" + port(), proxy, "check"));
        assertThat(out + "" + err).doesNotContain("geheim");
        return exit;
    }

    private String port() {
        return sandbox.url().replaceFirst(".*:(\\d+).*", "$1");
    }

    private Stream<String> arguments(String url, String proxy, String... verb) {
        return Stream.of(List.of(verb), Terminal.within(folder), List.of("-Dbridge.sources=dashscope", "-Ddashscope.api-key=" + Simulation.KEY,
                "-Ddashscope.base-url=" + url, "-Ddashscope.proxy=" + proxy)).flatMap(List::stream);
    }
}
