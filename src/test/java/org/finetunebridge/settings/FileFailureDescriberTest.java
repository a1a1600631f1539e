package org.finetunebridge.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileFailureDescriberTest {

    @TempDir
    private Path root;

    /** The exception itself names the file and nothing else. */
    @Test
    void saysWhoMayNotTouchAFileAndWhoseItIs() throws IOException {
        Path lock = Files.writeString(root.resolve("lock"), "");

        assertThat(FileFailureDescriber.describe(new UncheckedIOException(new AccessDeniedException(lock.toString()))))
                .contains(lock + ": the user " + System.getProperty("user.name") + " may not", "belongs to "
                        + Files.getOwner(lock).getName(), "chown");
    }

    /** Only who may write there can make it. */
    @Test
    void namesTheFolderInWhichAFileCannotBeMade() throws IOException {
        Path folder = Files.createDirectory(root.resolve("of another"));

        assertThat(FileFailureDescriber.describe(new AccessDeniedException(folder.resolve("data/state").toString())))
                .startsWith(folder.resolve("data/state") + ": cannot be made in " + folder + ": the user ")
                .contains("belongs to " + Files.getOwner(folder).getName());
    }

    @Test
    void leavesAnythingElseItsOwnWords() {
        assertThat(FileFailureDescriber.describe(new IOException("No space left"))).contains("No space left");
        assertThat(FileFailureDescriber.describe(new UncheckedIOException("cannot", new IOException("why")))).contains("why");
    }
}
