package org.finetunebridge.sink.file;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.finetunebridge.sink.file.StateLog.CommitEntry.CommittedLength;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.JobStateSerde;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file sink's state: a log of commits. Reading stops at the first damaged line; what stands before it is a state
 * that was really committed. Compaction begins a new log with everything at once and keeps the log before
 * it as {@code memory.previous.log}, so that there is always a whole state to fall back on.
 */
final class StateLog implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StateLog.class);
    private static final long SMALLEST_COMPACTED = 1024 * 1024;

    private final Path current;
    private final Path previous;
    private final Path next;
    private StateLogSnapshot state = new StateLogSnapshot();
    private AppendOnlyFile log;
    private boolean damaged;

    /** @param directory of the log; must exist */
    StateLog(Path directory) {
        current = directory.resolve("memory.log");
        previous = directory.resolve("memory.previous.log");
        next = directory.resolve("memory.next.log");
    }

    /**
     * The last good state, read without touching anything: an instance may be writing it.
     *
     * @return empty if there is none
     * @throws IOException if there is one that cannot be read
     */
    static Collection<JobState> peek(Path directory) throws IOException {
        var log = new StateLog(directory);
        StateLogSnapshot state = StateLogSnapshot.read(log.current);
        if (state.isWhole()) {
            if (state.isDamaged()) {
                LOG.warn("The state {} is damaged at byte {}: only what stands before it is read", log.current, state.end());
            }
            return state.state();
        }
        return log.isAbsent() ? List.of() : log.before().state();
    }

    /** Whether there is none yet, damaged or not. */
    boolean isAbsent() {
        return Files.notExists(current) && Files.notExists(previous);
    }

    /**
     * Reads the last good state, and readies the log for appending.
     *
     * @param found what the output files hold already, for a state that begins here
     */
    void open(Map<String, CommittedLength> found) throws IOException {
        if (isAbsent()) {
            begin(found);
        } else {
            state = recover();
        }
        log = AppendOnlyFile.open(current, DurableFiles.forOwner(current));
    }

    private void begin(Map<String, CommittedLength> found) throws IOException {
        state.apply(new CommitEntry(List.of(), found, true));
        state.write(next);
        Files.move(next, current, StandardCopyOption.ATOMIC_MOVE);
        DurableFiles.syncDirectory(current.getParent());
    }

    /** Reads up to the first damaged line, and cuts off the rest; changes nothing if not even the head is whole. */
    private StateLogSnapshot recover() throws IOException {
        boolean crashed = Files.exists(next);
        StateLogSnapshot found = StateLogSnapshot.read(current);
        if (!found.isWhole()) {
            found = before();
            fallBack(crashed);
        }
        Files.deleteIfExists(next);
        if (found.end() < Files.size(current)) {
            cut(found);
        }
        return found;
    }

    /** What the log before this one holds, which is not whole. */
    private StateLogSnapshot before() throws IOException {
        StateLogSnapshot found = StateLogSnapshot.read(previous);
        if (!found.isWhole()) {
            throw new IOException("the state " + current + " is damaged from its beginning on, and there is no"
                    + " older one that is whole; move " + current.getFileName() + " and " + previous.getFileName()
                    + " away to start with an empty state, which publishes everything again");
        }
        return found;
    }

    /** Between the two renames of a compaction, or with its result damaged or gone, the log before it is the truth. */
    private void fallBack(boolean crashed) throws IOException {
        damaged = !crashed || Files.exists(current);
        if (Files.exists(current)) {
            LOG.warn("The state {} is damaged from its beginning on; going back to {}. What it held is in {}", current,
                    previous, DurableFiles.keepAside(current, 0));
        } else if (damaged) {
            LOG.warn("The state {} was taken away; going back to {}", current, previous);
        }
        DurableFiles.copy(previous, 0, next);
        Files.move(next, current, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        DurableFiles.syncDirectory(current.getParent());
    }

    private void cut(StateLogSnapshot found) throws IOException {
        long good = found.end();
        if (!found.isDamaged()) {
            LOG.info("Cut off {} a commit that was not finished", current);
        } else {
            damaged = true;
            LOG.warn("The state {} is damaged at byte {}: going back to the last commit before it. What came after is"
                    + " in {}", current, good, DurableFiles.keepAside(current, good));
        }
        DurableFiles.truncate(current, good);
    }

    Collection<JobState> state() {
        return state.state();
    }

    /** How much of the output file of this sort counts; null if none was ever written. */
    CommittedLength committed(String sort) {
        return state.committed(sort);
    }

    /** Whether more than the torn line of a crash was cut off: output files after the one that counts are void. */
    boolean damaged() {
        return damaged;
    }

    /** Commits. Safe when it returns. */
    void append(Collection<JobState> states, Map<String, CommittedLength> files) throws IOException {
        if (!log.isAsLeft()) {
            throw new IOException("somebody else changed " + current);
        }
        var commit = new CommitEntry(states, files, false);
        log.append(List.of(commit.line()));
        state.apply(commit);
        if (log.length() > Math.max(SMALLEST_COMPACTED, 4 * state.compacted())) {
            compact();
        }
    }

    /** Forgets jobs by their names. Safe when it returns. */
    void forget(Collection<String> names) throws IOException {
        state.forget(names);
        compact();
    }

    /** A crash leaves the old log, the new one, or both under the names {@link #open} looks for. */
    private void compact() throws IOException {
        state.write(next);
        close();
        Files.move(current, previous, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        Files.move(next, current, StandardCopyOption.ATOMIC_MOVE);
        DurableFiles.syncDirectory(current.getParent());
        log = AppendOnlyFile.open(current, DurableFiles.forOwner(current));
    }

    @Override
    public void close() throws IOException {
        if (log != null) {
            log.close();
            log = null;
        }
    }

    /**
     * A line of the state log: eight digits of CRC-32C, then JSON.
     *
     * @param states the jobs whose state is this from here on
     * @param files  how much of each output file counts from here on, by sort
     * @param whole  whether it ends the compacted beginning: with it the log holds everything
     */
    record CommitEntry(Collection<JobState> states, Map<String, CommittedLength> files, boolean whole) {

        /**
         * How much of a file counts. What lies beyond was never committed, and a start cuts it off.
         *
         * @param file   absolute path
         * @param length bytes
         */
        record CommittedLength(String file, long length) {

            /** @param near on the same file system */
            Path path(Path near) {
                return near.getFileSystem().getPath(file);
            }
        }

        private static final ObjectMapper MAPPER = new ObjectMapper();
        private static final JsonFactory FACTORY = MAPPER.getFactory();
        private static final int CHECKSUM = 8;
        /** Of the format. Stands in the line that ends the compacted beginning; a log without one has this version, too. */
        private static final int VERSION = 1;

        /** The line, without a line break. */
        byte[] line() throws IOException {
            var bytes = new ByteArrayOutputStream(1024);
            bytes.write(new byte[CHECKSUM]);
            try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
                write(json);
            }
            byte[] line = bytes.toByteArray();
            System.arraycopy(checksum(line), 0, line, 0, CHECKSUM);
            return line;
        }

        /**
         * What the line says; null if it is damaged.
         *
         * @throws IOException if it is as it was written, but not by this version: it cannot be read
         */
        static CommitEntry read(byte[] line) throws IOException {
            if (line.length <= CHECKSUM || !Arrays.equals(checksum(line), 0, CHECKSUM, line, 0, CHECKSUM)) {
                return null;
            }
            JsonNode json = MAPPER.readTree(line, CHECKSUM, line.length - CHECKSUM);
            if (json.path("version").asInt(VERSION) > VERSION) {
                throw new IOException("its format has the version " + json.path("version").asInt() + ", and this is "
                        + VERSION);
            }
            return read(json);
        }

        private static CommitEntry read(JsonNode json) throws IOException {
            List<JobState> states = new ArrayList<>();
            for (JsonNode one : json.path("memory")) {
                states.add(JobStateSerde.read(one));
            }
            Map<String, CommittedLength> files = new TreeMap<>();
            json.path("files").properties().forEach(file -> files.put(file.getKey(), new CommittedLength(
                    file.getValue().path("file").asText(), file.getValue().path("length").asLong())));
            return new CommitEntry(states, files, json.path("whole").asBoolean());
        }

        private void write(JsonGenerator json) throws IOException {
            json.writeStartObject();
            if (whole) {
                json.writeNumberField("version", VERSION);
                json.writeBooleanField("whole", true);
            }
            json.writeObjectFieldStart("files");
            for (var file : files.entrySet()) {
                json.writeObjectFieldStart(file.getKey());
                json.writeStringField("file", file.getValue().file());
                json.writeNumberField("length", file.getValue().length());
                json.writeEndObject();
            }
            json.writeEndObject();
            json.writeArrayFieldStart("memory");
            for (JobState one : states) {
                JobStateSerde.write(one, json);
            }
            json.writeEndArray();
            json.writeEndObject();
        }

        private static byte[] checksum(byte[] line) {
            var crc = new CRC32C();
            crc.update(line, CHECKSUM, line.length - CHECKSUM);
            return String.format(Locale.ROOT, "%08x", crc.getValue()).getBytes(StandardCharsets.US_ASCII);
        }
    }
}
