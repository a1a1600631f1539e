package org.finetunebridge.cli;

import java.io.IOException;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.slf4j.LoggerFactory;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * Readies what a start needs later, on a thread of its own, while the command line is read and Camel is put together: the log, the
 * certificates that the JVM trusts, the HTTP client, the reader of YAML. None of them is used by the other thread before, but for the
 * log, which is waited for: SLF4J hands provisional loggers to whoever comes while it looks for its backend.
 */
final class StartupPreloader {

    /** What needs no provider, and so none of the network. */
    private static final Set<String> OFFLINE = Set.of("state", "new-provider", "--help", "-h", "--version", "-V");

    private final CountDownLatch log = new CountDownLatch(1);

    /** Begins, where there is a second processor to do it. */
    static StartupPreloader start(String... arguments) {
        var preloader = new StartupPreloader();
        boolean asks = Arrays.stream(arguments).noneMatch(OFFLINE::contains);
        if (Runtime.getRuntime().availableProcessors() > 1) {
            var thread = new Thread(() -> preloader.load(asks), "startup");
            thread.setDaemon(true);
            thread.start();
        } else {
            preloader.log.countDown();
        }
        return preloader;
    }

    /** Returns when there is a log, or can be none. */
    void awaitLog() {
        try {
            log.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void load(boolean asks) {
        try {
            LoggerFactory.getLogger(StartupPreloader.class);
        } finally {
            log.countDown();
        }
        if (!asks) {
            return;
        }
        new Load(LoadSettings.builder().build()).loadFromString("{a: [b]}");
        try {
            SSLContext.getDefault();
            HttpClientBuilder.create().build().close();
        } catch (NoSuchAlgorithmException | IOException e) {
            return; // whoever needs it meets the same failure, and says what it was needed for
        }
    }
}
