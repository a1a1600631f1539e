package org.finetunebridge.event.cloudevents;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.SerializedString;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The CloudEvents attributes of one event. What a million events have in common is turned into bytes once.
 *
 * @param type        of the event, and its schema
 * @param source      the account the event comes from
 * @param id          the event's
 * @param job         the job it is about; null if it is about none
 * @param time        RFC 3339
 * @param traceparent the trace it was published in; null if there is none
 */
record CloudEventAttributes(Type type, SerializableString source, String id, String job, String time, String traceparent) {

    private static final SerializableString SPECVERSION = new SerializedString("specversion");
    private static final SerializableString VERSION = new SerializedString("1.0");
    private static final SerializableString ID = new SerializedString("id");
    private static final SerializableString SOURCE = new SerializedString("source");
    private static final SerializableString TYPE = new SerializedString("type");
    private static final SerializableString SUBJECT = new SerializedString("subject");
    private static final SerializableString TIME = new SerializedString("time");
    private static final SerializableString DATACONTENTTYPE = new SerializedString("datacontenttype");
    private static final SerializableString JSON = new SerializedString("application/json");
    private static final SerializableString DATASCHEMA = new SerializedString("dataschema");
    private static final SerializableString PARTITIONKEY = new SerializedString("partitionkey");
    private static final SerializableString TRACEPARENT = new SerializedString("traceparent");

    /** An event's type and the schema of its data. */
    record Type(SerializableString name, SerializableString schema) {

        static Type of(String name, String schema) {
            return new Type(new SerializedString(name), new SerializedString(schema));
        }
    }

    /** Writes them as fields of the object that is open. */
    void write(JsonGenerator json) throws IOException {
        write(json, SPECVERSION, VERSION);
        write(json, ID, id);
        write(json, SOURCE, source);
        write(json, TYPE, type.name());
        write(json, SUBJECT, job);
        write(json, TIME, time);
        write(json, DATACONTENTTYPE, JSON);
        write(json, DATASCHEMA, type.schema());
        write(json, PARTITIONKEY, job);
        write(json, TRACEPARENT, traceparent);
    }

    /** As headers of a record, by their names. */
    Map<String, String> headers() {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put(SPECVERSION.getValue(), VERSION.getValue());
        headers.put(ID.getValue(), id);
        headers.put(SOURCE.getValue(), source.getValue());
        headers.put(TYPE.getValue(), type.name().getValue());
        headers.put(SUBJECT.getValue(), job);
        headers.put(TIME.getValue(), time);
        headers.put(DATACONTENTTYPE.getValue(), JSON.getValue());
        headers.put(DATASCHEMA.getValue(), type.schema().getValue());
        headers.put(PARTITIONKEY.getValue(), job);
        headers.put(TRACEPARENT.getValue(), traceparent);
        headers.values().removeIf(value -> value == null);
        return headers;
    }

    /** Writes one field into the object that is open. */
    static void write(JsonGenerator json, SerializableString name, SerializableString value) throws IOException {
        json.writeFieldName(name);
        json.writeString(value);
    }

    /** The same; nothing if it is null. */
    static void write(JsonGenerator json, SerializableString name, String value) throws IOException {
        if (value != null) {
            json.writeFieldName(name);
            json.writeString(value);
        }
    }
}
