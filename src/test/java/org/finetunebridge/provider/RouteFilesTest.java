package org.finetunebridge.provider;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
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

    @Test
    void saysWhereAFileIs(@TempDir Path first, @TempDir Path second) throws IOException {
        Files.writeString(first.resolve("acme.properties"), "first");
        Files.writeString(second.resolve("acme.properties"), "second");
        Files.writeString(second.resolve("b.properties"), "b");
        Files.createDirectory(second.resolve("folder.properties"));
        RouteFiles files = new RouteFiles(RouteFilesTest.class.getClassLoader(), List.of("z.yaml", NAME),
                List.of(first, second, second.resolve("nowhere")));

        assertThat(files.endingWith(".properties")).as("files, in order")
                .containsExactly("acme.properties", "b.properties", NAME);
        assertThat(files.endingWith("")).containsExactly("acme.properties", "b.properties", NAME, "z.yaml");
        assertThat(files.location("acme.properties")).isEqualTo(second.resolve("acme.properties").toUri().toString());
        assertThat(files.read("acme.properties")).isEqualTo("second");
        assertThat(files.location(NAME)).isEqualTo("classpath:routes/" + NAME);
        assertThat(files.read(NAME)).isEqualTo(Files.readString(Path.of("routes", NAME)));
        assertThat(files.has("b.properties")).isTrue();
        assertThat(files.has("folder.properties")).isFalse();
    }

    /** A name that another version packs, and this one does not. */
    @Test
    void takesTheFileOfAFolderWhereThePackedOneIsGone(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("gone.jslt"), "");
        RouteFiles files = new RouteFiles(RouteFilesTest.class.getClassLoader(), List.of("gone.jslt"), List.of(folder));
        assertThat(files.isPacked("gone.jslt")).isFalse();
        assertThat(files.read("gone.jslt")).isEmpty();
    }

    /** Whoever reads it then says what is wrong. */
    @Test
    void takesTheFileOfAFolderWhereThePackedOneCannotBeRead(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("a.jslt"), "");
        try (InputStream closed = InputStream.nullInputStream()) {
            closed.close();
            var unreadable = new ClassLoader() {
                @Override
                public InputStream getResourceAsStream(String name) {
                    return closed;
                }
            };
            assertThat(new RouteFiles(unreadable, List.of("a.jslt"), List.of(folder)).isPacked("a.jslt")).isFalse();
        }
    }

    @Test
    void findsThePackedFilesByTheirNames() throws IOException {
        assertThat(RouteFiles.packed()).contains(NAME, "fetch.camel.yaml", "errors.json").doesNotContain("")
                .allSatisfy(name -> assertThat(Path.of("routes", name)).isRegularFile());
    }

    @Test
    void findsThePackedFilesInTheJarThatItIsIn(@TempDir Path folder) throws Exception {
        String here = RouteFiles.class.getName().replace('.', '/') + ".class";
        Path jar = folder.resolve("the bridge.jar");
        try (var out = new JarOutputStream(Files.newOutputStream(jar));
                var code = RouteFiles.class.getResourceAsStream("/" + here)) {
            out.putNextEntry(new JarEntry(here));
            code.transferTo(out);
            for (String name : List.of("routes/", "routes/a.properties", "routes/b.jslt", "schemas/c.json",
                    "routes.txt")) {
                out.putNextEntry(new JarEntry(name));
            }
        }
        try (var loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, null)) {
            assertThat(loader.loadClass(RouteFiles.class.getName()).getMethod("packed").invoke(null))
                    .isEqualTo(List.of("a.properties", "b.jslt"));
        }
    }

    private static RouteFiles files(Path... folders) throws IOException {
        return new RouteFiles(RouteFilesTest.class.getClassLoader(), RouteFiles.packed(), List.of(folders));
    }
}
