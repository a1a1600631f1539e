package org.finetunebridge.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;
import org.finetunebridge.event.FactParser;
import org.finetunebridge.event.ParseResult;
import org.finetunebridge.event.RecordPage;
import org.finetunebridge.state.JobState.Retired;
import org.junit.jupiter.api.Test;

class TimedDiffTest {

    private static final FactParser PARSER = new FactParser("any", ZoneOffset.UTC);
    private static final Instant NOW = Instant.parse("2026-03-02T00:00:00Z");
    private static final Duration HOUR = Duration.ofHours(1);
    private static final JobState RUNNING = JobState.blank("acme", "job-1")
            .with(PublishedState.NOTHING.withJobStatus("RUNNING", "RUNNING"));

    @Test
    void publishesOnceThatARunningJobShowedNothingNewForSoLong() {
        JobState news = RUNNING.progressed(NOW);
        assertThat(stalled(news, NOW.plus(HOUR).minusMillis(1))).isEqualTo(new TimedDiff(List.of(), news, null));

        TimedDiff stalled = stalled(news, NOW.plus(HOUR));

        assertThat(stalled.facts()).singleElement().satisfies(fact -> {
            assertThat(fact.job()).isEqualTo("job-1");
            assertThat(fact.data().path("since").asText()).startsWith("2026-03-02T00:00:00");
        });
        assertThat(stalled.state().timing().stalled()).isTrue();
        assertThat(stalled(stalled.state(), NOW.plus(HOUR).plus(HOUR)).facts()).isEmpty();
        assertThat(stalled(stalled.state(), NOW.minus(Duration.ofDays(3))).state()).isEqualTo(stalled.state());
    }

    @Test
    void beginsAnEpisodeWhereTheLastNewsAreNotKnownOrNotBelievable() {
        assertThat(stalled(RUNNING, NOW)).isEqualTo(new TimedDiff(List.of(), RUNNING.progressed(NOW), null));
        JobState ahead = RUNNING.progressed(NOW.plus(Duration.ofDays(2)));
        assertThat(stalled(ahead, NOW).state().timing().news()).isEqualTo(NOW);
    }

    @Test
    void saysNothingOfAJobThatDoesNotRunOrIsNotWatched() {
        JobState news = RUNNING.progressed(NOW);
        Instant later = NOW.plus(Duration.ofDays(1));
        DeferredEvent end = new DeferredEvent("SUCCEEDED", NOW, null, "{}");
        assertThat(TimedDiff.stalled(news, Duration.ZERO, later, PARSER).facts()).isEmpty();
        JobState queued = news.with(news.published().withJobStatus("QUEUED", "QUEUED"));
        assertThat(Stream.of(queued, news.deferring(end), news.retired(Retired.VANISHED))).allSatisfy(state ->
                assertThat(stalled(state, later)).isEqualTo(new TimedDiff(List.of(), state, null)));
    }

    @Test
    void warnsOnceOfCheckpointsThatExpireSoonTheFirstFirst() {
        List<ParseResult> page = page(NOW.plusSeconds(7200), NOW.plusSeconds(3600), NOW.plusSeconds(60), NOW,
                NOW.plusSeconds(3601));

        TimedDiff diff = TimedDiff.expiring(RUNNING, page, HOUR, NOW, PARSER);

        assertThat(diff.facts()).extracting(fact -> fact.data().path("checkpoint").asText()).containsExactly("c-2",
                "c-1");
        assertThat(diff.next()).isEqualTo(NOW.plusSeconds(3601));
        assertThat(diff.state().timing().expiring()).hasSize(2).containsValues(NOW.plusSeconds(60),
                NOW.plusSeconds(3600));
        assertThat(TimedDiff.expiring(diff.state(), page, HOUR, NOW, PARSER))
                .isEqualTo(new TimedDiff(List.of(), diff.state(), diff.next()));
        assertThat(TimedDiff.expiring(RUNNING, page, Duration.ZERO, NOW, PARSER))
                .isEqualTo(new TimedDiff(List.of(), RUNNING, null));
    }

    @Test
    void takesTheEarlierOfTwoMoments() {
        Instant later = NOW.plusSeconds(1);
        assertThat(TimedDiff.earlier(NOW, later)).isEqualTo(NOW);
        assertThat(TimedDiff.earlier(later, NOW)).isEqualTo(NOW);
        assertThat(TimedDiff.earlier(null, NOW)).isEqualTo(NOW);
        assertThat(TimedDiff.earlier(NOW, null)).isEqualTo(NOW);
        assertThat(TimedDiff.earlier(null, null)).isNull();
    }

    private static TimedDiff stalled(JobState state, Instant now) {
        return TimedDiff.stalled(state, HOUR, now, PARSER);
    }

    private static List<ParseResult> page(Instant... expire) {
        ObjectNode mapped = JsonNodeFactory.instance.objectNode();
        var facts = mapped.putArray("facts");
        for (int n = 0; n < expire.length; n++) {
            ObjectNode fact = facts.addObject().put("kind", "checkpoint.changed").put("job", "job-1");
            fact.putArray("key").add("c-" + n).add("READY");
            fact.putObject("data").put("checkpoint", "c-" + n).put("status", "READY").put("expiresAt",
                    expire[n].toString());
        }
        return RecordPage.of(mapped, PARSER).results();
    }
}
