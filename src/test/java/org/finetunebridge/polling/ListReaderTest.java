package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.finetunebridge.provider.Provider.PaginationConfig;
import org.finetunebridge.state.Cursor;
import org.finetunebridge.state.PublishedState;
import org.junit.jupiter.api.Test;

class ListReaderTest {

    private static final PaginationConfig WAYS = new PaginationConfig(Set.of("growing", "settling"), Set.of("whole"),
            Set.of("recent"),
            Set.of("after"), Set.of(), Set.of(), Set.of("settling"),
                    Map.of("recent", "r", "after", "a", "whole", "w", "state", "s"),
            Map.of(), Set.of("once"));

    @Test
    void isOfTheKindThatTheProvidersFileNames() {
        assertThat(ListReader.of("once", WAYS)).isEqualTo(new OnceReader("once"));
        assertThat(ListReader.of("growing", WAYS)).isEqualTo(new GrowingListReader("growing", false));
        assertThat(ListReader.of("settling", WAYS)).isEqualTo(new GrowingListReader("settling", true));
        assertThat(ListReader.of("recent", WAYS)).isEqualTo(new NewestFirstListReader("recent", "r"));
        assertThat(ListReader.of("after", WAYS)).isEqualTo(new OldestFirstListReader("after", "a"));
        assertThat(ListReader.of("whole", WAYS)).isEqualTo(new StateListReader("whole", "w", true));
        assertThat(ListReader.of("state", WAYS)).isEqualTo(new StateListReader("state", "s", false));
    }

    @Test
    void asksAListThatIsReadOnceWithNothingUnlessAMarkIsKnown() {
        assertThat(new OnceReader("once").begin(Cursor.START)).isEqualTo(ListPosition.at("", 0));
        assertThat(new OnceReader("once").begin(PublishedState.NOTHING.withMark("once", "m").cursor("once")))
                .isEqualTo(ListPosition.at("m", 0));
        assertThat(new OnceReader("once").beginAgain()).isEqualTo(ListPosition.at("", 0));
    }
}
