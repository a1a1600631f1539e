package org.finetunebridge.sink.file;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.JobStateSerde;

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
