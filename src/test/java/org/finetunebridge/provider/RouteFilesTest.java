package org.finetunebridge.provider;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouteFilesTest {

    private static final String NAME = "minimax.properties";

    /** As when the program is started where the distribution was unpacked: no other provider is loaded for it. */
    @Test
    void takesAFileThatIsLikeThePackedOneForIt(@TempDir Path first, @TempDir Path second) throws IOException {
        Path packed = Path.of("routes", NAME);
        Files.writeString(first.resolve(NAME), "changed = true\n");
        assertThat(files(first).isPacked(NAME)).isFalse();
        assertThat(files(first).read(NAME)).isEqualTo("changed = true\n");

        Files.copy(packed, second.resolve(NAME));

        assertThat(files(second).isPacked(NAME)).isTrue();
        assertThat(files(first, second).isPacked(NAME)).as("the last wins").isTrue();
        assertThat(files(first, second).read(NAME)).isEqualTo(Files.readString(packed));
        assertThat(files(second, first).isPacked(NAME)).isFalse();
    }

    private static RouteFiles files(Path... folders) throws IOException {
        return new RouteFiles(RouteFilesTest.class.getClassLoader(), RouteFiles.packed(), List.of(folders));
    }
}
