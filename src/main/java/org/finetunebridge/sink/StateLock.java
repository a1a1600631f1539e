package org.finetunebridge.sink;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Keeps every other instance out of a directory, in this process or another; until closed, or the process dies. */
final class StateLock implements AutoCloseable {

    private static final String FILE = "lock";
    /** Closing any handle of a file gives up the locks the process has on it: a second one must not even be opened. */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path directory;
    private final FileChannel file;

    private StateLock(Path directory, FileChannel file) {
        this.directory = directory;
        this.file = file;
    }

    /** The lock; null if another instance has it. */
    static StateLock of(Path directory) throws IOException {
        Path real = directory.toRealPath();
        if (!HELD.add(real)) {
            return null;
        }
        FileChannel file = null;
        try {
            file = FileChannel.open(real.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (file.tryLock() != null) {
                return new StateLock(real, file);
            }
        } catch (OverlappingFileLockException e) {
            // held by this process, through another class loader
        } catch (IOException e) {
            release(real, file);
            throw e;
        }
        release(real, file);
        return null;
    }

    @Override
    public void close() throws IOException {
        release(directory, file);
    }

    private static void release(Path directory, FileChannel file) throws IOException {
        try {
            if (file != null) {
                file.close();
            }
        } finally {
            HELD.remove(directory);
        }
    }
}
