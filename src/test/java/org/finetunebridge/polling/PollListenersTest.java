package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.finetunebridge.polling.UnconfirmedPages.Page;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.provider.ProviderException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Everybody hears how the polls of a source go; and how the result of a cycle is told. */
class PollListenersTest {

    private final List<String> heard = new ArrayList<>();
    private final PollListeners listeners = new PollListeners();

    @Test
    void tellsEverybodyEverything() {
        listeners.add(new Listener("a"));
        listeners.add(new Listener("b"));
        listeners.read(3, Duration.ofSeconds(1));
        listeners.failed(ProviderException.of(ErrorAction.JOB, "no", null), null);
        listeners.deferred(Instant.EPOCH);
        listeners.jobRead("job-1");
        listeners.cycleEnded(CycleResult.NONE);

        assertThat(heard).containsExactly("a read 3 PT1S", "b read 3 PT1S", "a failed no", "b failed no",
                "a deferred 1970-01-01T00:00:00Z", "b deferred 1970-01-01T00:00:00Z", "a jobRead job-1",
                "b jobRead job-1", "a ended 0", "b ended 0");
    }

    @Test
    void tellsOfEveryPageAndThenOfTheJobIfItIsReadWhole() {
        listeners.add(new Listener("a"));
        listeners.committed("job-1", List.of(page(1), page(2)), false);
        listeners.committed("job-2", List.of(page(3)), true);

        assertThat(heard).containsExactly("a read 1 PT1S", "a read 2 PT1S", "a read 3 PT1S", "a jobRead job-2");
    }

    @Test
    @Timeout(20)
    void letsGoWhoeverWaitsForTheFirstCycleWhenItIsOver() throws InterruptedException {
        listeners.cycleEnded(CycleResult.NONE);
        listeners.awaitFirstCycle();
    }

    @Test
    @Timeout(20)
    void keepsWhoeverWaitsForTheFirstCycleUntilThen() throws InterruptedException {
        var waiter = new Thread(() -> {
            try {
                listeners.awaitFirstCycle();
                heard.add("over");
            } catch (InterruptedException e) {
                heard.add("interrupted");
            }
        });
        waiter.start();
        waiter.interrupt();
        waiter.join();

        assertThat(heard).containsExactly("interrupted");
    }

    @Test
    void tellsTheLastReasonThatIsKnown() {
        assertThat(CycleResult.NONE.failed(null)).isEqualTo(new CycleResult(0, 1, "not read in time"));
        assertThat(CycleResult.NONE.failed("busy").failed(null)).isEqualTo(new CycleResult(0, 2, "busy"));
        assertThat(CycleResult.NONE.failed("busy").failed("refused")).isEqualTo(new CycleResult(0, 2, "refused"));
        assertThat(CycleResult.NONE.failed("busy").because("refused")).isEqualTo(new CycleResult(0, 1, "refused"));
        assertThat(CycleResult.NONE.failed("busy").because(null)).isEqualTo(new CycleResult(0, 1, "busy"));
    }

    @Test
    void countsACycleWithoutASinkAsFailedOnce() {
        assertThat(CycleResult.NONE.plusRead(2).failing("full")).isEqualTo(new CycleResult(2, 1, "full"));
        assertThat(CycleResult.NONE.failed("a").failed("b").failing("full")).isEqualTo(new CycleResult(0, 2, "full"));
    }

    private static Page page(int known) {
        return new Page(null, "events", false, false, known, Duration.ofSeconds(1), null);
    }

    private final class Listener implements PollListener {

        private final String name;

        private Listener(String name) {
            this.name = name;
        }

        @Override
        public void read(int known, Duration took) {
            heard.add(name + " read " + known + ' ' + took);
        }

        @Override
        public void failed(ProviderException failure, Duration took) {
            heard.add(name + " failed " + failure.getMessage());
        }

        @Override
        public void deferred(Instant until) {
            heard.add(name + " deferred " + until);
        }

        @Override
        public void jobRead(String job) {
            heard.add(name + " jobRead " + job);
        }

        @Override
        public void cycleEnded(CycleResult result) {
            heard.add(name + " ended " + result.read());
        }
    }
}
