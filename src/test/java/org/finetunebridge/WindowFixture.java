package org.finetunebridge;

import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A bridge in a world that stands still, looked at from outside over HTTP. */
abstract class WindowFixture {

    static final Instant NOW = Instant.parse("2026-03-01T04:05:06Z");

    @TempDir
    Path folder;
    @AutoClose
    Rig rig;
    Window window;

    @BeforeEach
    void look() {
        rig = new Rig(folder, NOW);
        window = new Window(rig);
    }
}
