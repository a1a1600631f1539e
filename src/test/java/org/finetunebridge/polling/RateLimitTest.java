package org.finetunebridge.polling;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.finetunebridge.polling.PollClock.Moment;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.provider.ProviderException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** At most so many requests a second of one source, over its jobs and over the pages of one job. */
class RateLimitTest {

    private static final int PAGES = 5;
    private static final int JOBS_A_PAGE = 2;
    private static final Duration GAP = Duration.ofMillis(250);

    /** A committer that never lags behind: while a job waits for a commit, another may use the next turn. */
    private static final RandomGenerator IN_TIME = () -> 0;

    private final List<Instant> times = new ArrayList<>();
    private final List<String> asked = new ArrayList<>();
    private ProviderException failure;
    private Duration takes = Duration.ZERO;
    private DryRun run = DryRun.ofListed(this::answer).late(IN_TIME).atRate(4);

    @Test
    void spacesTheRequestsOfAllJobsAndPages() {
        run.sweep();
        int requests = PAGES + PAGES * JOBS_A_PAGE * 2;

        assertThat(run.result()).isEqualTo(new CycleResult(PAGES * JOBS_A_PAGE, 0, null));
        assertThat(asked).hasSize(requests);
        assertThat(gaps()).allSatisfy(gap -> assertThat(gap).isBetween(GAP, GAP.plusMillis(10)));
    }

    /** Otherwise every list of an account would be open at once, with what was seen of it. */
    @Test
    void readsAJobToItsEndBeforeItBeginsAnother() {
        run.sweep();

        List<String> pages = asked.stream().filter(page -> page.startsWith("job")).toList();
        assertThat(pages).hasSize(PAGES * JOBS_A_PAGE * 2);
        for (int page = 0; page < pages.size(); page += 2) {
            String job = pages.get(page).replaceFirst(" .*", "");
            assertThat(pages.subList(page, page + 2)).containsExactly(job + " ", job + " 2");
        }
    }

    @Test
    void countsTheRequestsThatFail() {
        run.sweep();
        asked.clear();
        times.clear();
        failure = new ProviderException(ErrorAction.TRANSIENT, "busy", 503, "", null, null, null);
        run = run.watching();
        run.sweep();

        assertThat(asked).hasSizeGreaterThan(5);
        assertThat(gaps()).allSatisfy(gap -> assertThat(gap).isGreaterThanOrEqualTo(GAP));
    }

    /** The answer took longer than the rate asks for, so that the next page is asked for at once; nobody else is then. */
    @Test
    void countsTheFurtherPagesOfAJobThatIsReadSlowly() {
        takes = GAP.multipliedBy(2);
        run.sweep();

        assertThat(asked).hasSize(PAGES + PAGES * JOBS_A_PAGE * 2);
        assertThat(gaps()).allSatisfy(gap -> assertThat(gap).isBetween(takes, takes.plus(GAP)));
    }

    @Test
    void limitsNothingWithoutARate() {
        run = run.atRate(0);
        run.sweep();

        assertThat(gaps()).allSatisfy(gap -> assertThat(gap).isLessThan(GAP));
    }

    @ParameterizedTest
    @CsvSource({"4,249999999,false", "4,250000000,true", "4,250000001,true", "0.5,1999999999,false",
            "0.5,2000000000,true", "0,0,true"})
    void allowsTheNextRequestAfterItsInterval(double perSecond, long later, boolean allowed) {
        var asked = new Moment(7, Instant.EPOCH);

        assertThat(RateLimit.of(perSecond).asked(asked).allows(new Moment(7 + later, Instant.EPOCH)))
                .isEqualTo(allowed);
    }

    @Test
    void allowsTheFirstRequestAtOnce() {
        assertThat(RateLimit.of(4).allows(new Moment(0, Instant.EPOCH))).isTrue();
        assertThat(RateLimit.of(4).isLimited()).isTrue();
        assertThat(RateLimit.of(0).isLimited()).isFalse();
    }

    private List<Duration> gaps() {
        List<Duration> gaps = new ArrayList<>();
        for (int request = 1; request < times.size(); request++) {
            gaps.add(Duration.between(times.get(request - 1), times.get(request)));
        }
        return gaps;
    }

    private JsonNode answer(PollTask task) {
        times.add(run.now());
        asked.add(task.getJob() + ' ' + task.getCursorPath());
        if (!takes.isZero() && task.getCursorPath().equals("2")) {
            assertThat(run.take()).as("at the moment of a further page").isEmpty();
        }
        run.later(takes);
        if (failure != null) {
            throw failure;
        }
        ObjectNode page = JsonNodeFactory.instance.objectNode();
        page.putArray("facts");
        if (task.isList()) {
            int number = Integer.parseInt(task.getCursorPath());
            for (int job = 0; job < JOBS_A_PAGE; job++) {
                add(page, "job.status-changed", "job-" + number + '-' + job, "RUNNING", "");
            }
            return number < PAGES ? page.put("next", Integer.toString(number + 1)) : page;
        }
        boolean first = task.getCursorPath().isEmpty();
        add(page, "checkpoint.changed", task.getJob(), "READY", first ? "c-1" : "c-2");
        return first ? page.put("next", "2") : page;
    }

    private static void add(ObjectNode page, String kind, String job, String status, String checkpoint) {
        ObjectNode fact = page.withArray("facts").addObject().put("kind", kind).put("job", job);
        fact.putArray("key").add(checkpoint + "x").add(status);
        fact.putObject("data").put("status", status).put("statusRaw", status).put("checkpoint", checkpoint);
    }
}
