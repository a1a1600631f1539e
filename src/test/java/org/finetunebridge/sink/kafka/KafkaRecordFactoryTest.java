package org.finetunebridge.sink.kafka;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.settings.Settings.KafkaSettings;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.state.JobState;

/** The keys of records: of one job always the same, of two jobs never. */
class KafkaRecordFactoryTest {

    private final KafkaRecordFactory records = new KafkaRecordFactory(new KafkaSettings("127.0.0.1:9", "events", "dead-letters",
            "state", true, true, 1, 1, "bridge", Map.of()));

    @Property(tries = 500)
    void keysOfTwoJobsDiffer(@ForAll("ids") String one, @ForAll("ids") String other) {
        for (int record = 0; record < 3; record++) {
            assertThat(key(one, record).equals(key(other, record))).as("record %d", record).isEqualTo(one.equals(other));
        }
    }

    /** Half of a character pair is three bytes, as Java's own modified UTF-8 has it; everything else is UTF-8. */
    @Property(tries = 500)
    void keysCanBeReadBack(@ForAll("ids") String id) throws CharacterCodingException {
        for (int record = 0; record < 2; record++) {
            assertThat(text(key(id, record))).isEqualTo(id);
        }
        assertThat(text(key(id, 2))).isEqualTo("acme/" + id);
        if (UTF_8.newEncoder().canEncode(id)) {
            assertThat(UTF_8.newDecoder().decode(ByteBuffer.wrap(key(id, 0).getBytes(ISO_8859_1))).toString()).isEqualTo(id);
        }
    }

    /** The subject of an event in binary mode is a header, by the same rule. */
    @Property(tries = 200)
    void subjectsOfTwoJobsDiffer(@ForAll("ids") String one, @ForAll("ids") String other) {
        assertThat(subject(one).equals(subject(other))).isEqualTo(one.equals(other));
    }

    @Provide
    Arbitrary<String> ids() {
        return Arbitraries.of("j", "?", "\ud83d", "\ud83e", "\ude00", "\ud83d\ude00", "\u5fae", "\u00e9", "\ufffd")
                .list().ofMinSize(1).ofMaxSize(3).map(parts -> String.join("", parts));
    }

    /** @param which 0 for the event's, 1 for the dead letter's, 2 for the state's */
    private String key(String job, int which) {
        return new String(sent(job).get(which).key(), ISO_8859_1);
    }

    private String subject(String job) {
        return new String(sent(job).get(0).headers().lastHeader("ce_subject").value(), ISO_8859_1);
    }

    private List<ProducerRecord<byte[], byte[]>> sent(String job) {
        var event = new EncodedEvent(job, new byte[] {'{', '}'}, Map.of("subject", job));
        var batch = List.of(new Batch(null, List.of(event), List.of(event), List.of(JobState.blank("acme", job))));
        return List.of(records.published(batch).get(0).record(), records.published(batch).get(1).record(),
                records.remembered(batch).get(0).record());
    }

    private static String text(String bytes) {
        var text = new StringBuilder();
        for (int at = 0; at < bytes.length();) {
            int first = bytes.charAt(at);
            int more = first < 0x80 ? 0 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
            int code = more == 0 ? first : first & 0x3F >> more;
            for (int next = 1; next <= more; next++) {
                code = code << 6 | bytes.charAt(at + next) & 0x3F;
            }
            text.appendCodePoint(code);
            at += more + 1;
        }
        return text.toString();
    }
}
