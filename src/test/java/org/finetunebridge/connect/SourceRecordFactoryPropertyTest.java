package org.finetunebridge.connect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Keys and headers as a converter of texts writes them. */
class SourceRecordFactoryPropertyTest {

    @Provide
    Arbitrary<List<String>> ids() {
        // Few letters, so that many ids look like each other's escapes.
        return Arbitraries.of("a", "\\", "\\ud83d", "\\uDE00", "\ud83d", "\ude00", "\ud83d\ude00", "d", "8", "3", "u").list().ofMaxSize(6)
                .map(parts -> String.join("", parts)).list().ofSize(50);
    }

    @Property(tries = 200)
    void noTwoJobsHaveOneKeyInUtf8(@ForAll("ids") List<String> ids) {
        Map<String, String> jobs = new HashMap<>();
        for (String id : ids) {
            String written = new String(SourceRecordFactory.encodable(id).getBytes(UTF_8), UTF_8);
            assertThat(jobs.merge(written, id, (first, other) -> first)).isEqualTo(id);
        }
    }

    @Example
    void whatUtf8KnowsStaysAsItIs() {
        assertThat(List.of("ft-1", "Größe", "\ud83d\ude00", "C:\\users")).allMatch(id -> SourceRecordFactory.encodable(id).equals(id));
        assertThat(SourceRecordFactory.encodable("ft-\ud83d")).isEqualTo("ft-\\ud83d");
    }
}
