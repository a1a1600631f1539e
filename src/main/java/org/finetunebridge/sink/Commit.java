package org.finetunebridge.sink;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.finetunebridge.memory.JobMemory;
import org.finetunebridge.memory.MemoryJson;

/**
 * A line of the memory log: eight digits of CRC-32C, then JSON.
 *
 * @param memories what is remembered from here on
 * @param files    how much of each output file counts from here on, by sort
 * @param whole    with this line the log tells everything: it ends the compacted beginning
 */
record Commit(Collection<JobMemory> memories, Map<String, Committed> files, boolean whole) {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final JsonFactory FACTORY = MAPPER.getFactory();
    private static final int CHECKSUM = 8;

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

    /** What the line says; null if it does not hold. */
    static Commit read(byte[] line) {
        if (line.length <= CHECKSUM || !Arrays.equals(checksum(line), 0, CHECKSUM, line, 0, CHECKSUM)) {
            return null;
        }
        try {
            return read(MAPPER.readTree(line, CHECKSUM, line.length - CHECKSUM));
        } catch (IOException e) {
            return null;
        }
    }

    private static Commit read(JsonNode json) throws IOException {
        List<JobMemory> memories = new ArrayList<>();
        for (JsonNode one : json.path("memory")) {
            memories.add(MemoryJson.read(one));
        }
        Map<String, Committed> files = new TreeMap<>();
        json.path("files").properties().forEach(file -> files.put(file.getKey(), new Committed(
                file.getValue().path("file").asText(), file.getValue().path("length").asLong())));
        return new Commit(memories, files, json.path("whole").asBoolean());
    }

    private void write(JsonGenerator json) throws IOException {
        json.writeStartObject();
        if (whole) {
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
        for (JobMemory one : memories) {
            MemoryJson.write(one, json);
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
