package org.finetunebridge.sink.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Cutting, copying and creating files and directories. On disk when it returns: what is cut off by damage must not be
 * lost with the power.
 */
final class DurableFiles {

    private static final FileAttribute<?>[] NONE = {};
    private static final FileAttribute<?>[] FILE = {
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))};
    private static final FileAttribute<?>[] DIRECTORY = {
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))};

    private DurableFiles() {}

    /** Cuts off what lies beyond. */
    static void truncate(Path path, long length) throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.truncate(length);
            channel.force(true);
        }
    }

    /** Keeps what lies beyond in a file beside this one, which stays as it is. */
    static Path keepAside(Path path, long from) throws IOException {
        long stamp = System.currentTimeMillis();
        Path aside = path.resolveSibling(path.getFileName() + ".cut-" + stamp);
        while (Files.exists(aside)) {
            stamp++;
            aside = path.resolveSibling(path.getFileName() + ".cut-" + stamp);
        }
        copy(path, from, aside);
        syncDirectory(aside.toAbsolutePath().getParent());
        return aside;
    }

    /** Copies what lies beyond, for whom the file may be read by; replaces what was there. */
    static void copy(Path path, long from, Path to) throws IOException {
        try (var in = FileChannel.open(path, StandardOpenOption.READ); var out = FileChannel.open(to,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE),
                like(path))) {
            for (long at = from; at < in.size();) {
                at += in.transferTo(at, in.size() - at, out);
            }
            out.force(true);
        }
    }

    /** Creation and renaming are durable only once the directory is. Windows opens no directory, and needs none. */
    static void syncDirectory(Path directory) throws IOException {
        if (directory.getFileSystem().getSeparator().equals("\\")) {
            return;
        }
        try (var handle = FileChannel.open(directory, StandardOpenOption.READ)) {
            handle.force(true);
        }
    }

    /** The attributes of a new file on the file system of this path. */
    static FileAttribute<?>[] forOwner(Path path) {
        return knowsOwners(path) ? FILE : NONE;
    }

    /** The attributes of a new file that whoever may read or write this one may read or write. */
    static FileAttribute<?>[] like(Path file) throws IOException {
        return knowsOwners(file) ? new FileAttribute<?>[] {
            PosixFilePermissions.asFileAttribute(Files.getPosixFilePermissions(file))} : NONE;
    }

    /** Creates the directory for the owner, and its parents for whom the process creates directories for. */
    static void createForOwner(Path directory) throws IOException {
        if (Files.notExists(directory) && directory.getParent() != null) {
            Files.createDirectories(directory.getParent());
        }
        Files.createDirectories(directory, knowsOwners(directory) ? DIRECTORY : NONE);
    }

    private static boolean knowsOwners(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
