package org.finetunebridge.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class EventIdTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** These never change: consumers tell events apart by them. Computed by another program, from the rule. */
    @Test
    void isTheSameForEver() {
        assertThat(id(FactType.JOB_STATUS_CHANGED, "dashscope", "ft-202511241109-ea26", "[\"RUNNING\"]"))
                .isEqualTo("h3lmfws5uyh47laprog3spb4nn");
        assertThat(id(FactType.CHECKPOINT_CHANGED, "dashscope", "ft-202511241109-ea26", "[\"checkpoint-100\",\"READY\"]"))
                .isEqualTo("sdp2ktasju6nplsr453dtnra2q");
        assertThat(id(FactType.LOG_APPENDED, "minimax", "1702558479750",
                "[1702558487522,{\"status\":\"running\",\"n\":1}]"))
                .isEqualTo("3txbfgyknm7tpwfdqjsmmdz36v");
        assertThat(id(FactType.LOG_APPENDED, "minimax", "1702558479750", "[1702558487522,\"plain text\"]"))
                .isEqualTo("2n66xijvch2lvexur7kmrnjd2d");
    }

    @Test
    void isMadeOfLettersAndDigitsThatAreSafeEverywhere() {
        assertThat(id(FactType.LOG_APPENDED, "minimax", "任务", "[\"\\u0000\"]")).matches("[a-z2-7]{26}");
    }

    @Test
    void doesNotDependOnTheOrderOfKeys() {
        assertThat(id(FactType.LOG_APPENDED, "minimax", "1", "[1,{\"a\":{\"x\":1,\"y\":[1,2]},\"b\":2}]"))
                .isEqualTo(id(FactType.LOG_APPENDED, "minimax", "1", "[1,{\"b\":2,\"a\":{\"y\":[1,2],\"x\":1}}]"))
                .isNotEqualTo(id(FactType.LOG_APPENDED, "minimax", "1", "[1,{\"b\":2,\"a\":{\"y\":[2,1],\"x\":1}}]"));
    }

    @Property
    void noTwoListsOfFieldsShareAnId(@ForAll("fields") List<String> one, @ForAll("fields") List<String> other) {
        Assume.that(!one.equals(other));

        assertThat(id(one)).isNotEqualTo(id(other));
    }

    /** Where what separates and what escapes stand first, and the halves of a character at the ends of their range. */
    @Test
    void tellsTextsApartThatLookAlikeOnceJoined() {
        assertThat(Stream.of(List.of("a", "\u001fb"), List.of("a", "", "b"), List.of("\u001f"), List.of("\\u001f"), List.of("\\\\u001f"),
                List.of("\ud800"), List.of("\udfff"), List.of("?"), List.of("\\ud800"), List.of("\ud83d\ude00")).map(EventIdTest::id))
                .doesNotHaveDuplicates();
    }

    /** Most names are plain ASCII and hashed without a text; that must not show. */
    @Property
    void isTheSameHoweverItIsMade(@ForAll("fields") List<String> fields, @ForAll("plain") List<String> plain,
            @ForAll long number) {
        for (List<String> texts : List.of(fields, plain)) {
            ArrayNode key = JsonNodeFactory.instance.arrayNode();
            texts.forEach(key::add);
            key.add(number).addObject().put("b", number).put("a", texts.toString());
            String job = texts.isEmpty() ? "job" : texts.get(0);

            assertThat(EventId.of(FactType.LOG_APPENDED, "acme", job, key))
                    .isEqualTo(EventId.ofAnything(FactType.LOG_APPENDED, "acme", job, key));
        }
    }

    @Provide
    Arbitrary<List<String>> plain() {
        return Arbitraries.strings().withCharRange(' ', '~').withChars('\u001f', '\u007f', '\u0080', ',', '}').ofMaxLength(300)
                .list().ofMaxSize(4);
    }

    @Test
    void fieldsDoNotRunIntoEachOther() {
        assertThat(id(List.of("a", "b"))).isNotEqualTo(id(List.of("a\u001fb")));
        assertThat(id(List.of("a\\u001fb"))).isNotEqualTo(id(List.of("a\u001fb")));
        assertThat(id(List.of("a\\", "b"))).isNotEqualTo(id(List.of("a", "\\b")));
        assertThat(id(List.of("", "a"))).isNotEqualTo(id(List.of("a", "")));
    }

    @Test
    void aTextIsNotTheJsonItLooksLike() {
        assertThat(key("[1,{\"a\":1}]")).isNotEqualTo(key("[1,\"{\\\"a\\\":1,}\"]"));
        assertThat(key("[1,[2]]")).isNotEqualTo(key("[1,\"[2,]\"]"));
        assertThat(key("[1,\"\\\\{,}\"]")).isNotEqualTo(key("[1,\"{,}\"]"));
    }

    @Test
    void brokenTextsAreDifferentTextsToo() {
        assertThat(id(List.of("\ud83d"))).isNotEqualTo(id(List.of("\ud83e"))).isNotEqualTo(id(List.of("?")));
    }

    @Provide
    Arbitrary<List<String>> fields() {
        return Arbitraries.strings().withChars("ab\\u01f\u001f{[\"").ofMaxLength(4).list().ofMaxSize(3);
    }

    private static String id(List<String> fields) {
        var key = JsonNodeFactory.instance.arrayNode();
        fields.forEach(key::add);
        return EventId.of(FactType.LOG_APPENDED, "acme", "job", key);
    }

    private static String key(String key) {
        return id(FactType.LOG_APPENDED, "acme", "job", key);
    }

    private static String id(FactType kind, String provider, String job, String key) {
        try {
            JsonNode parts = JSON.readTree(key);
            return EventId.of(kind, provider, job, parts);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
