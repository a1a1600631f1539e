package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JobShardTest {

    @ParameterizedTest
    @CsvSource({"0,0", "0,17", "-1,2", "2,2", "3,2"})
    void refusesAPartThatThereIsNot(int number, int of) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new JobShard(number, of)).withMessageContaining(number + " of " + of);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 16})
    void readsEveryJobInOnePartAndNoneInTwo(int of) {
        for (int job = 0; job < 200; job++) {
            String name = "job-" + job;
            assertThat(parts(of).filter(part -> part.owns(name))).as(name).hasSize(1);
        }
    }

    @Test
    void readsEveryJobInOneOfSixteenBuckets() {
        assertThat(IntStream.range(0, 1_000).map(job -> JobShard.bucket("job-" + job)).distinct().sorted())
                .containsExactlyElementsOf(IntStream.range(0, 16).boxed().toList());
    }

    /** Two instances need not be of one version: another bucket would be read by both, or by none. */
    @ParameterizedTest
    @CsvSource({"'',0", "job-1,15", "ftjob-abc,3", "ft-202603010000-1,12"})
    void readsAJobInTheSameBucketForEver(String job, int bucket) {
        assertThat(JobShard.bucket(job)).isEqualTo(bucket);
    }

    @Test
    void publishesWhatIsWrongWithTheAccountInTheFirstPartOnly() {
        assertThat(parts(3).map(JobShard::ownsAccount)).containsExactly(true, false, false);
        assertThat(JobShard.WHOLE.ownsAccount()).isTrue();
    }

    private static Stream<JobShard> parts(int of) {
        return IntStream.range(0, of).mapToObj(number -> new JobShard(number, of));
    }
}
