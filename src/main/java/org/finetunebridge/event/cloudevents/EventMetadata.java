package org.finetunebridge.event.cloudevents;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.finetunebridge.event.FactType;

/**
 * What an event is about, read from its attributes alone: its data may be long, and there are many.
 *
 * @param source the account's name in the configuration
 * @param type   the CloudEvents type
 * @param time   when the fact happened, UTC
 */
public record EventMetadata(String source, String type, Instant time) {

    private static final JsonFactory FACTORY = new JsonFactory();

    /** Of an event of ours. */
    public static EventMetadata of(EncodedEvent event) {
        Map<String, String> attributes = event.headers().isEmpty() ? read(event.value()) : event.headers();
        String source = attributes.get("source");
        return new EventMetadata(source.substring(source.lastIndexOf(':') + 1), attributes.get("type"),
                Instant.parse(attributes.get("time")));
    }

    /** The kind of fact it publishes; null for a dead letter. */
    public FactType kind() {
        return FactType.ofType(type);
    }

    /** The envelope writes its attributes first, and {@code time} behind the others that count. */
    private static Map<String, String> read(byte[] value) {
        Map<String, String> attributes = new HashMap<>();
        try (JsonParser json = FACTORY.createParser(value)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME && !attributes.containsKey("time")) {
                String name = json.currentName();
                attributes.put(name, json.nextTextValue());
            }
        } catch (IOException e) {
            throw new IllegalStateException("an event is JSON", e);
        }
        return attributes;
    }
}
