package org.finetunebridge.camel.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Base64;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.provider.ProviderException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvTablesTest {

    private static final String TABLE = "step,train_loss,valid_loss\n1,0.5,\n2, 0.4 ,\"0.6\"\n\n3,nan\n";
    private static final String ROWS = "{\"rows\":[{\"step\":\"1\",\"train_loss\":\"0.5\"},"
            + "{\"step\":\"2\",\"train_loss\":\"0.4\",\"valid_loss\":\"0.6\"},{\"step\":\"3\",\"train_loss\":\"nan\"}]}";

    private final CsvTables tables = new CsvTables();

    @Test
    void readsPlainAndBase64AndLinesOfEverySystem() {
        assertThat(read(TABLE)).isEqualTo(ROWS);
        assertThat(read("\uFEFF" + TABLE.replace("\n", "\r\n"))).isEqualTo(ROWS);
        assertThat(read(Base64.getEncoder().encodeToString(TABLE.getBytes(UTF_8)))).isEqualTo(ROWS);
        assertThat(read(Base64.getMimeEncoder().encodeToString(TABLE.getBytes(UTF_8)) + "\n")).isEqualTo(ROWS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "step,train_loss\n", "step,train_loss"})
    void readsNoRowsOfATableThatHasNone(String text) {
        assertThat(read(text)).isEqualTo("{\"rows\":[]}");
    }

    @Test
    void doesNotTakeOneColumnForBase64() {
        assertThat(read("train_loss\n0.5\n0.4\n")).isEqualTo("{\"rows\":[{\"train_loss\":\"0.5\"},{\"train_loss\":\"0.4\"}]}");
    }

    @Test
    void refusesMoreRowsThanATrainingHasSteps() {
        String row = "1,2\n";
        assertThat(tables.read(("a,b\n" + row.repeat(CsvTables.MOST_ROWS)).getBytes(UTF_8)).path("rows")).hasSize(CsvTables.MOST_ROWS);
        assertThatThrownBy(() -> tables.read(("a,b\n" + row.repeat(CsvTables.MOST_ROWS + 1)).getBytes(UTF_8)))
                .isInstanceOfSatisfying(ProviderException.class, refused -> assertThat(refused.means()).isEqualTo(ErrorAction.JOB))
                .hasMessageContaining("20000 rows");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a,b\n\"unclosed", "\0\0,\0\n\0", "<html><body>, no</body></html>", "a,a\n1,2\n"})
    void isNeverHeldUpByWhatIsNone(String text) {
        try {
            assertThat(tables.read(text.getBytes(UTF_8)).path("rows").isArray()).isTrue();
        } catch (ProviderException e) {
            assertThat(e.means()).isEqualTo(ErrorAction.JOB);
        }
    }

    private String read(String text) {
        return tables.read(text.getBytes(UTF_8)).toString();
    }
}
