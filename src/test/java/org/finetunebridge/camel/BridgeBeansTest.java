package org.finetunebridge.camel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How the workers are divided among providers. */
class BridgeBeansTest {

    @Property
    void dividesFewWorkersFairly(@ForAll @Size(min = 1, max = 6) List<@IntRange(min = 1, max = 5000) Integer> wanted) {
        int all = wanted.stream().mapToInt(Integer::intValue).sum();
        List<Integer> workers = wanted.stream().map(one -> BridgeBeans.workers(one, all, 4)).toList();

        assertThat(workers.stream().mapToInt(Integer::intValue).sum()).isLessThanOrEqualTo(64 + 6 * 4);
        for (int provider = 0; provider < wanted.size(); provider++) {
            assertThat(workers.get(provider)).isBetween(Math.min(4, wanted.get(provider)), wanted.get(provider));
        }
        if (all <= 64) {
            assertThat(workers).isEqualTo(wanted);
        }
    }

    /** What may be written as {@code concurrency} has an effect. */
    @ParameterizedTest
    @CsvSource({"200, 200, 200, 200", "256, 256, 256, 256", "65, 65, 65, 65", "100, 200, 100, 50", "4, 260, 256, 4"})
    void givesAnAccountAsManyWorkersAsItsConcurrency(int wanted, int all, int largest, int workers) {
        assertThat(BridgeBeans.workers(wanted, all, largest)).isEqualTo(workers);
    }
}
