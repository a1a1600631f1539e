package org.finetunebridge.sink.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/** What a start cuts off files. On disk when it returns: what is cut off by damage must not be lost with the power. */
final class FileTruncation {

    private FileTruncation() {}

    /** Cuts off what lies beyond. */
    static void off(Path path, long length) throws IOException {
        try (var channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.truncate(length);
            channel.force(true);
        }
    }

    /** Keeps what lies beyond in a file beside this one, which stays as it is. */
    static Path aside(Path path, long from) throws IOException {
        long stamp = System.currentTimeMillis();
        Path aside = path.resolveSibling(path.getFileName() + ".cut-" + stamp);
        while (Files.exists(aside)) {
            stamp++;
            aside = path.resolveSibling(path.getFileName() + ".cut-" + stamp);
        }
        copy(path, from, aside);
        AppendOnlyFile.syncDirectory(aside.toAbsolutePath().getParent());
        return aside;
    }

    /** Copies what lies beyond, for whom the file may be read by; replaces what was there. */
    static void copy(Path path, long from, Path to) throws IOException {
        try (var in = FileChannel.open(path, StandardOpenOption.READ); var out = FileChannel.open(to,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE),
                OwnerOnly.like(path))) {
            for (long at = from; at < in.size();) {
                at += in.transferTo(at, in.size() - at, out);
            }
            out.force(true);
        }
    }
}
