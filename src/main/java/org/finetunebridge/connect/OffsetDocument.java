package org.finetunebridge.connect;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.finetunebridge.state.JobState;

/**
 * The state of a bridge as Connect's REST interface reads and writes offsets: {@code {"offsets": [{"partition": …,
 * "offset": …}]}}. So a bridge moves from a process to Connect and back, and publishes nothing again.
 */
public final class OffsetDocument {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() { };

    private OffsetDocument() {}

    /** Writes states, with the index that leads to them. */
    public static void write(Collection<JobState> states, Appendable out) throws IOException {
        Map<String, List<String>> jobs = new TreeMap<>();
        out.append("{\"offsets\": [");
        String between = "\n";
        for (JobState state : states) {
            jobs.computeIfAbsent(state.source(), none -> new ArrayList<>()).add(state.job());
            out.append(between).append(entry(SourceOffsets.partition(state.source(), state.job()), SourceOffsets.offset(state)));
            between = ",\n";
        }
        for (Map.Entry<String, List<String>> source : jobs.entrySet()) {
            for (var part : new JobIndex(source.getKey()).add(source.getValue()).entrySet()) {
                out.append(between).append(entry(part.getKey(), part.getValue()));
            }
        }
        out.append("\n]}\n");
    }

    /** In ASCII, so that no console and no editor changes it. */
    private static String entry(Map<String, String> partition, Map<String, Object> offset) throws IOException {
        return JSON.writer().with(JsonGenerator.Feature.ESCAPE_NON_ASCII)
                .writeValueAsString(Map.of("partition", partition, "offset", offset));
    }

    /**
     * The states in an answer of {@code GET /connectors/…/offsets}. What further parts of an account know of the account
     * itself is left out: it is found out again.
     *
     * @throws IOException if it is none, or an offset is not ours
     */
    public static List<JobState> read(String text) throws IOException {
        JsonNode offsets = JSON.readTree(text).path("offsets");
        if (!offsets.isArray()) {
            throw new IOException("it has no list \"offsets\", as GET /connectors/…/offsets answers");
        }
        List<JobState> states = new ArrayList<>();
        for (JsonNode one : offsets) {
            Map<String, Object> partition = JSON.convertValue(one.path("partition"), MAP);
            Map<String, Object> offset = JSON.convertValue(one.path("offset"), MAP);
            SourceOffsets.check(partition, offset);
            if (SourceOffsets.job(partition) != null && offset != null) {
                states.add(SourceOffsets.state(partition, offset));
            }
        }
        return states;
    }
}
