package org.finetunebridge.sink;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublisherTest {

    @Test
    void takesNoLockOnceItIsClosed(@TempDir Path folder) throws Exception {
        Path state = folder.resolve("state");
        var publisher = new Publisher(new FileSink(folder.resolve("events"), folder.resolve("dead-letters"), state,
                Clock.systemUTC()));
        publisher.session();
        publisher.close();

        assertThatExceptionOfType(Lost.class).isThrownBy(publisher::session);
        try (var file = FileChannel.open(state.resolve("lock"), StandardOpenOption.WRITE);
                FileLock lock = file.tryLock()) {
            Assertions.assertThat(lock).isNotNull();
        }
    }
}
