package org.finetunebridge.event.cloudevents;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A CloudEvent as it goes over the wire.
 *
 * @param key     the job id: keeps a job's events in order
 * @param value   the bytes: the whole envelope as one line of JSON, or in binary mode the {@code data}
 * @param headers the CloudEvents attributes in binary mode, else empty
 */
public record EncodedEvent(String key, byte[] value, Map<String, String> headers) {

    private static final String DATA_CONTENT_TYPE = "datacontenttype";
    private static final String STRUCTURED = "application/cloudevents+json; charset=UTF-8";

    /** The headers of a record that carries the event, by the Kafka protocol binding of CloudEvents. */
    public Map<String, String> wireHeaders() {
        Map<String, String> wire = new LinkedHashMap<>();
        wire.put("content-type", headers.getOrDefault(DATA_CONTENT_TYPE, STRUCTURED));
        headers.forEach((attribute, value) -> {
            if (!attribute.equals(DATA_CONTENT_TYPE)) {
                wire.put("ce_" + attribute, value);
            }
        });
        return wire;
    }
}
