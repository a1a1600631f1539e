package org.finetunebridge.karaf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.provider.RouteFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** What Karaf's environment and configuration come to, without a container. */
class KarafConfigurationTest {

    @TempDir
    private Path karaf;

    @Test
    void namesVariablesThatSetNothingAndNeverTheirValues() throws Exception {
        var configuration = configuration(Map.of("OPENAI_API_KEY", "sk-of-openai", "DASHSCOPE_API_KYE", "sk-misspelt",
                "MINIMAX_API_KEY", "sk-good", "PATH", "/bin"));
        try (Bridge bridge = configuration.make(Map.of(), true)) {
            assertThat(bridge.configuration()).containsEntry("minimax.api-key", "sk-good");
        }

        assertThat(configuration.hints()).hasSize(2).allSatisfy(hint -> assertThat(hint).doesNotContain("sk-"))
                .anySatisfy(hint -> assertThat(hint).startsWith("OPENAI_API_KEY is set, but bridge.sources does not name openai"))
                .anySatisfy(hint -> assertThat(hint).startsWith("DASHSCOPE_API_KYE is set").endsWith("did you mean DASHSCOPE_API_KEY?"));
    }

    @Test
    void saysNothingWhereTheSourceIsNamed() throws Exception {
        var configuration = configuration(Map.of("OPENAI_API_KEY", "sk-of-openai"));
        try (Bridge bridge = configuration.make(Map.of("bridge.sources", "openai"), true)) {
            assertThat(bridge.configuration()).containsEntry("openai.api-key", "sk-of-openai");
        }
        assertThat(configuration.hints()).isEmpty();
    }

    private KarafConfiguration configuration(Map<String, String> environment) {
        Bundle bundle = (Bundle) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {Bundle.class},
                (proxy, method, arguments) -> method.getName().equals("findEntries") ? Collections.enumeration(routes()) : null);
        BundleContext context = (BundleContext) Proxy.newProxyInstance(getClass().getClassLoader(),
                new Class<?>[] {BundleContext.class}, (proxy, method, arguments) -> switch (method.getName()) {
                    case "getBundle" -> bundle;
                    case "getProperty" -> karaf.resolve((String) arguments[0]).toString();
                    default -> null;
                });
        return new KarafConfiguration(context, environment);
    }

    private static List<URL> routes() throws IOException {
        List<URL> urls = new ArrayList<>();
        for (String name : RouteFiles.packed()) {
            urls.add(new URL("file:/routes/" + name));
        }
        return urls;
    }
}
