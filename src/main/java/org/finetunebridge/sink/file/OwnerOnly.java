package org.finetunebridge.sink.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** New files and directories that only their owner may read and write, where the file system knows owners. */
final class OwnerOnly {

    private static final FileAttribute<?>[] NONE = {};
    private static final FileAttribute<?>[] FILE = {
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))};
    private static final FileAttribute<?>[] DIRECTORY = {
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))};

    private OwnerOnly() {}

    /** The attributes of a new file on the file system of this path. */
    static FileAttribute<?>[] file(Path path) {
        return knowsOwners(path) ? FILE : NONE;
    }

    /** The attributes of a new file that whoever may read or write this one may read or write. */
    static FileAttribute<?>[] like(Path file) throws IOException {
        return knowsOwners(file) ? new FileAttribute<?>[] {
            PosixFilePermissions.asFileAttribute(Files.getPosixFilePermissions(file))} : NONE;
    }

    /** Creates the directory for the owner, and its parents for whom the process creates directories for. */
    static void createDirectories(Path directory) throws IOException {
        if (Files.notExists(directory) && directory.getParent() != null) {
            Files.createDirectories(directory.getParent());
        }
        Files.createDirectories(directory, knowsOwners(directory) ? DIRECTORY : NONE);
    }

    private static boolean knowsOwners(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
