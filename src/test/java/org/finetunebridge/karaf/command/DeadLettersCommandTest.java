package org.finetunebridge.karaf.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class DeadLettersCommandTest {

    private static final String MINE = "{\"id\":\"a\",\"data\":{\"account\":\"team\",\"error\":{\"message\":\"gone \u009b31m\"}}}";
    private static final String OTHER = "{\"data\":{\"account\":\"other\"}}";

    @Test
    void showsTheNewestOldestFirst() {
        assertThat(DeadLettersCommand.newest(List.of("1", "2", "3"), null, 2)).containsExactly("2", "3");
        assertThat(DeadLettersCommand.newest(List.of("1"), null, 20)).containsExactly("1");
    }

    @Test
    void isNotStoppedByALineThatIsNoLetter() {
        for (String line : List.of("", "not JSON", "{\"id\":", "[1]", "\u009b2J")) {
            assertThat(DeadLettersCommand.newest(List.of(line, MINE, OTHER), "team", 20)).containsExactly(MINE);
            assertThat(DeadLettersCommand.newest(List.of(line, MINE), null, 20)).containsExactly(line, MINE);
            assertThat(DeadLettersCommand.error(line)).startsWith("not a dead letter").doesNotContain("\u009b");
            assertThat(DeadLettersCommand.json(line)).matches("\\p{ASCII}*");
        }
    }

    /** U+009B begins an escape sequence, as ESC and [ together do. */
    @Test
    void sendsNoControlToTheTerminal() {
        assertThat(DeadLettersCommand.json(MINE)).matches("\\p{Print}*").contains("gone \\u009B31m");
        assertThat(DeadLettersCommand.error(MINE)).isEqualTo("gone ?31m");
    }
}
