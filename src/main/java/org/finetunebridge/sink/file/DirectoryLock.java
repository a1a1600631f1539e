package org.finetunebridge.sink.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.finetunebridge.sink.InstanceFencedException;

/** Keeps every other instance out of a directory, in this process or another; until closed, or the process dies. */
final class DirectoryLock implements AutoCloseable {

    private static final String FILE = "lock";
    /** Closing any handle of a file gives up the locks the process has on it: a second one must not even be opened. */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();
    /** Handles of files that this process has locked through another class loader: never closed for the same reason. */
    private static final Map<Path, FileChannel> KEPT_OPEN = new ConcurrentHashMap<>();

    private final Path directory;
    private final FileChannel file;

    private DirectoryLock(Path directory, FileChannel file) {
        this.directory = directory;
        this.file = file;
    }

    /**
     * Takes the lock, and creates the directory if need be.
     *
     * @throws InstanceFencedException if another instance has it
     */
    static DirectoryLock take(Path directory) throws IOException {
        DurableFiles.createForOwner(directory);
        DirectoryLock lock = of(directory);
        if (lock == null) {
            throw new InstanceFencedException("another instance, " + holder(directory) + ", uses the state in "
                    + directory + " (it holds the lock there); stop it, or give this one a bridge.state.directory of its"
                    + " own");
        }
        return lock;
    }

    private static DirectoryLock of(Path directory) throws IOException {
        Path real = directory.toRealPath();
        if (!HELD.add(real)) {
            return null;
        }
        FileChannel file = null;
        try {
            file = KEPT_OPEN.remove(real);
            if (file == null) {
                file = FileChannel.open(real.resolve(FILE), Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                        DurableFiles.forOwner(real));
            }
            // Beyond what is written: some systems let nobody read what is locked.
            if (file.tryLock(Long.MAX_VALUE - 1, 1, false) != null) {
                sign(file);
                return new DirectoryLock(real, file);
            }
        } catch (OverlappingFileLockException e) {
            KEPT_OPEN.put(real, file);
            HELD.remove(real);
            return null;
        } catch (IOException e) {
            release(real, file);
            throw e;
        }
        release(real, file);
        return null;
    }

    /** Who has the lock, for a person who looks for it. */
    private static String holder(Path directory) throws IOException {
        Path real = directory.toRealPath();
        if (HELD.contains(real) || KEPT_OPEN.containsKey(real)) {
            return "in this very process";
        }
        String signed = Files.readString(real.resolve(FILE)).strip();
        return signed.isEmpty() ? "which does not say who it is" : signed;
    }

    private static void sign(FileChannel file) {
        String self = "process " + ProcessHandle.current().pid() + " since "
                + Instant.now().truncatedTo(ChronoUnit.SECONDS);
        try {
            file.truncate(0).write(StandardCharsets.UTF_8.encode(self + '\n'));
        } catch (IOException e) {
            // on a full disk it is locked all the same
        }
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
