package org.finetunebridge.sink.file;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/** A directory that forces nothing to a disk, if there is one: for tests that open a sink thousands of times. */
final class MemoryDirectory implements TempDirFactory {

    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context) throws Exception {
        return Files.isWritable(SHARED_MEMORY) ? Files.createTempDirectory(SHARED_MEMORY, "finetune-bridge")
                : Files.createTempDirectory("finetune-bridge");
    }
}
