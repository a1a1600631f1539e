package org.finetunebridge.sink.kafka;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** One broker for all tests of a class. */
public abstract class BrokerFixture {

    @TempDir
    private static Path home;
    /** Runs from before the first test until after the last one. */
    protected static Broker broker;

    @BeforeAll
    static void startBroker() {
        broker = Broker.start(home);
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }
}
