package org.finetunebridge.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PercentEncoderTest {

    @ParameterizedTest
    @CsvSource({"accounts/a b/jobs/1?x, accounts/a%20b/jobs/1%3Fx", "ft-1, ft-1", "a/../b, a%2F..%2Fb",
            "a//b, a%2F%2Fb", "/a, %2Fa", "a/., a%2F."})
    void keepsTheSlashesOfAPathThatLeadsNowhereElse(String path, String written) {
        assertThat(PercentEncoder.segments(path)).isEqualTo(written);
    }
}
