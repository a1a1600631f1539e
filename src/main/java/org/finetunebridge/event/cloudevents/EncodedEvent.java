package org.finetunebridge.event.cloudevents;

import java.util.Map;

/**
 * A CloudEvent as it goes over the wire.
 *
 * @param key     the job id: keeps a job's events in order
 * @param value   the bytes: the whole envelope as one line of JSON, or in binary mode the {@code data}
 * @param headers the CloudEvents attributes in binary mode, else empty
 */
public record EncodedEvent(String key, byte[] value, Map<String, String> headers) {}
