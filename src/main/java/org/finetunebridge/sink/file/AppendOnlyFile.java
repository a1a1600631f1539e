package org.finetunebridge.sink.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A file that whole lines are appended to. On disk when {@link #append} or {@link #force} returns. */
final class AppendOnlyFile implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AppendOnlyFile.class);

    private final Path path;
    private final FileChannel channel;
    private final Object identity;
    private ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    private long length;

    private AppendOnlyFile(Path path, FileChannel channel) throws IOException {
        this.path = path;
        this.channel = channel;
        this.identity = identity(path);
        this.length = channel.size();
        channel.position(length);
    }

    /**
     * Opens the file at its end; creates it, and makes its name as durable as its content will be.
     *
     * @param attributes of the file, if it has to be created
     */
    static AppendOnlyFile open(Path path, FileAttribute<?>... attributes) throws IOException {
        boolean created = Files.notExists(path);
        Files.createDirectories(path.getParent());
        FileChannel channel = FileChannel.open(path, Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ,
                StandardOpenOption.WRITE), attributes);
        try {
            var file = new AppendOnlyFile(path, channel);
            if (created) {
                DurableFiles.syncDirectory(path.getParent());
            }
            return file;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /**
     * Keeps every other writer out until the file is closed. Readers do not notice. Where a system cannot lock, nobody
     * is kept out.
     *
     * @return whether there is no other writer
     */
    boolean lock() {
        try {
            return channel.tryLock(Long.MAX_VALUE - 1, 1, false) != null;
        } catch (OverlappingFileLockException e) {
            return false;
        } catch (IOException e) {
            LOG.debug("{} cannot be locked: {}", path, e.toString());
            return true;
        }
    }

    /** Cuts off a last line without an end; returns how many bytes that was. */
    long cutTornLine() throws IOException {
        long end = LineReader.lastLineEnd(channel);
        long torn = length - end;
        if (torn > 0) {
            channel.truncate(end).position(end);
            channel.force(true);
            length = end;
        }
        return torn;
    }

    void append(List<byte[]> lines) throws IOException {
        for (byte[] line : lines) {
            add(line);
        }
        force();
    }

    /** A line that is safe only after {@link #force}. */
    void add(byte[] line) throws IOException {
        if (buffer.remaining() < line.length + 1) {
            write();
        }
        if (buffer.remaining() < line.length + 1) {
            buffer = ByteBuffer.allocate(line.length + 1);
        }
        buffer.put(line).put((byte) '\n');
    }

    void force() throws IOException {
        write();
        channel.force(false);
    }

    private void write() throws IOException {
        buffer.flip();
        try {
            while (buffer.hasRemaining()) {
                length += channel.write(buffer);
            }
        } catch (IOException e) {
            // the system says that a disk is full, not which
            throw (IOException) new FileSystemException(path.toString(), null, e.getMessage()).initCause(e);
        }
        buffer.clear();
    }

    Path path() {
        return path;
    }

    long length() {
        return length;
    }

    /** Whether nobody else has removed, replaced, cut or lengthened the file. */
    boolean isAsLeft() throws IOException {
        return Files.exists(path) && channel.size() == length && identity(path).equals(identity);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }

    private static Object identity(Path path) throws IOException {
        Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        return key == null ? path : key;
    }
}
