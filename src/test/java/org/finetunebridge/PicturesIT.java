package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.finetunebridge.browser.Chromium;
import org.finetunebridge.browser.Tab;
import org.finetunebridge.sink.kafka.BridgeProcess;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Takes the pictures of the status page and of a job's anew, while the demo runs: {@code -Dpictures=docs/images}. */
@EnabledIfSystemProperty(named = "pictures", matches = ".+")
class PicturesIT {

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    private Path home;

    @Test
    void showsThePageInTheLightInTheDarkAndOnAPhone() throws IOException {
        int port = Loopback.freePort();
        try (var demo = BridgeProcess.start("demo", Map.of("bridge.http.port", Integer.toString(port)), home);
                Chromium chromium = Chromium.start(Files.createDirectory(home.resolve("chromium")));
                Tab tab = chromium.tab()) {
            String page = "http://127.0.0.1:" + port;
            var job = new AtomicReference<String>();
            await("a job that was followed from its beginning to its end").atMost(PATIENCE).ignoreExceptions()
                    .pollInterval(Duration.ofSeconds(1)).until(() -> {
                        tab.open(page + "/?still=1&status=SUCCEEDED&source=dashscope");
                        job.set(page + tab.evaluate("document.querySelector('tr:has(.spark) a').getAttribute('href')").asText() + "&still=1");
                        tab.open(job.get());
                        return tab.evaluate("['QUEUED', 'RUNNING'].every(one => document.body.innerText.includes(one))"
                                + " && document.querySelectorAll('circle.valid').length > 3").booleanValue();
                    });
            take(tab, job.get(), "light", 1000, 815, "job-light.png");
            take(tab, job.get(), "dark", 1000, 815, "job-dark.png");
            take(tab, job.get(), "light", 375, 812, "job-phone.png");
            take(tab, page + "/?still=1", "light", 1200, 900, "page-light.png");
            take(tab, page + "/?still=1", "dark", 1200, 900, "page-dark.png");
            take(tab, page + "/?still=1", "light", 375, 812, "page-phone.png");
        }
    }

    private static void take(Tab tab, String page, String scheme, int width, int height, String file) throws IOException {
        tab.resize(width, height, width < 500);
        tab.scheme(scheme);
        tab.open(page);
        byte[] picture = tab.screenshot();
        assertThat(picture).hasSizeGreaterThan(10_000);
        Files.write(Path.of(System.getProperty("pictures"), file), picture);
    }
}
