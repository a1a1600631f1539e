package org.finetunebridge.observability.statuspage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.finetunebridge.event.FactType;
import org.finetunebridge.observability.statuspage.PageView.Choice;
import org.finetunebridge.observability.statuspage.RecentEvents.RecentEvent;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.PublishedState;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;

class JobListTest {

    private static final List<String> SOURCES = List.of("a", "b");
    private static final Instant NOW = Instant.parse("2026-03-01T04:05:06Z");
    private static final String HOSTILE = "\"'><img src=x>&status=FAILED#/../%00%3Cscript%3E\u202e";

    /** Following "Next" from the first page shows each job that matches once, and no other. */
    @Property(tries = 100)
    void pagesShowEachJobOnce(@ForAll @IntRange(max = 170) int count, @ForAll boolean ofOneStatus, @ForAll boolean ofOneSource) {
        List<JobState> states = states(count);
        ListFilter filter = ListFilter.of((ofOneStatus ? "status=failed" : "") + (ofOneSource ? "&source=a" : ""));
        Set<String> expected = new HashSet<>();
        states.stream().filter(one -> (!ofOneStatus || "FAILED".equals(one.published().status()))
                && (!ofOneSource || one.source().equals("a"))).forEach(one -> expected.add(one.name()));

        List<String> shown = new ArrayList<>();
        String link = filter.link();
        String previous = null;
        while (link != null) {
            JobList list = list(states, link);
            assertThat(list.jobs()).hasSizeLessThanOrEqualTo(JobList.PAGE_SIZE);
            assertThat(list.pages() == null ? null : list.pages().previous()).isEqualTo(previous);
            list.jobs().forEach(job -> shown.add(job.state().name()));
            previous = link;
            link = list.pages() == null ? null : list.pages().next();
        }
        assertThat(shown).doesNotHaveDuplicates().hasSameElementsAs(expected);
    }

    /** What a link promises is what it shows. */
    @Property(tries = 50)
    void choicesCountWhatTheyShow(@ForAll @IntRange(max = 40) int count, @ForAll boolean narrow) {
        List<JobState> states = states(count);
        JobList list = list(states, narrow ? "/?status=FAILED&source=b&q=3" : "/");
        for (Choice choice : concat(list.statuses(), list.sources())) {
            if (!choice.text().equals("all")) {
                assertThat(choice.text()).endsWith(" (" + list(states, choice.link()).jobs().size() + ')');
            }
        }
        assertThat(list.statuses().stream().filter(Choice::chosen)).hasSize(1);
        assertThat(list.sources().stream().filter(Choice::chosen)).hasSize(1);
    }

    @Example
    void saysHowManyThereAre() {
        assertThat(list(List.of(), "/").words()).isEqualTo("No job is known yet.");
        assertThat(list(states(1), "/").words()).isEqualTo("1 job");
        assertThat(list(states(50), "/").words()).isEqualTo("50 jobs");
        assertThat(list(states(50), "/").pages()).isNull();
        assertThat(list(states(51), "/?page=2").words()).isEqualTo("Jobs 51 to 51 of 51, those with the newest events first");
        assertThat(list(states(51), "/?page=2").pages().words()).isEqualTo("Page 2 of 2");
        assertThat(list(states(51), "/?page=99").pages()).isEqualTo(list(states(51), "/?page=2").pages());
        assertThat(list(states(51), "/?page=-1").pages().previous()).isNull();
    }

    @Example
    void showsNoJobOfAnUnknownStatusOrSource() {
        JobList unknown = list(states(5), "/?status=NOPE");
        assertThat(unknown.jobs()).isEmpty();
        assertThat(unknown.words()).isEqualTo("No job matches.");
        assertThat(unknown.statuses()).contains(new Choice("NOPE (0)", "/?status=NOPE", true));
        assertThat(list(states(5), "/?source=nope").jobs()).isEmpty();
        assertThat(list(states(5), "/?source=nope").words()).isEqualTo("No source is named nope.");
    }

    @Example
    void putsTheNewestEventsFirstAndThoseReadNoMoreLast() {
        JobState retired = new JobState("a", "0", PublishedState.NOTHING, 4, JobState.Retired.FINISHED, Map.of(), null, null, null);
        List<JobState> states = List.of(retired, state("a", "1", "RUNNING"), state("a", "2", "RUNNING"));
        var event = new RecentEvent("a", FactType.JOB_STATUS_CHANGED, NOW, JsonNodeFactory.instance.objectNode().put("jobId", "2"));
        assertThat(JobList.of(states, SOURCES, List.of(event), ListFilter.of("")).jobs()).extracting(job -> job.state().job())
                .containsExactly("2", "1", "0");
    }

    /** An address holds what anybody likes; a link made of it means the same and no more. */
    @Property
    void linksKeepEveryText(@ForAll String text, @ForAll @IntRange(min = 1, max = 999_999) int page, @ForAll boolean still) {
        ListFilter filter = ListFilter.of("q=" + ListFilter.encoded(text)).withStatus(HOSTILE).withSource(HOSTILE + 's').withPage(page)
                .withStill(still);
        assertThat(filter.link()).startsWith("/").matches("[/?a-zA-Z0-9&=%+._*-]+");
        assertThat(ListFilter.of(filter.link().replaceFirst("^/\\??", ""))).isEqualTo(filter);
    }

    @Example
    void escapesHostileIdsAndFiltersInLinks() {
        Document page = page(list(List.of(state("a", HOSTILE, "FAILED")), "/?q=%22%27%3E%3Cimg"), ListFilter.of("q=%22%27%3E%3Cimg"));
        assertThat(page.select("img, script")).isEmpty();
        assertThat(page.select("section:has(#jobs) tbody th a").attr("href"))
                .isEqualTo("/job?source=a&id=" + ListFilter.encoded(HOSTILE));
        assertThat(page.select("nav a[aria-current]").eachAttr("href")).containsExactly("/?q=%22%27%3E%3Cimg", "/?q=%22%27%3E%3Cimg");
        ListFilter hostile = ListFilter.of("source=" + ListFilter.encoded(HOSTILE));
        page = page(list(states(3), hostile.link()), hostile);
        assertThat(page.select("img, script")).isEmpty();
        assertThat(page.select("section:has(#jobs) > p").text()).startsWith("No source is named \"'><img");
        assertThat(page.select("form input[name=source]").val()).startsWith("\"'><img");
    }

    /** Ten thousand jobs, one page of the list is as long as with fifty. */
    @Example
    void staysSmallHoweverManyJobsThereAre() {
        List<JobState> states = states(10_000);
        JobList list = list(states, "/?page=7");
        assertThat(list.words()).isEqualTo("Jobs 301 to 350 of 10000, those with the newest events first");
        Document page = page(list, ListFilter.of("page=7"));
        assertThat(page.select("section:has(#jobs) tbody tr")).hasSize(50);
        assertThat(page.select("nav[aria-label=Pages] a").eachAttr("href")).containsExactly("/?page=6", "/?page=8");
        assertThat(page.html().length()).isLessThan(25_000);
    }

    private static JobList list(List<JobState> states, String link) {
        return JobList.of(states, SOURCES, List.of(), ListFilter.of(link.replaceFirst("^/\\??", "")));
    }

    private static Document page(JobList list, ListFilter filter) {
        return Jsoup.parse(StatusPage.template("page.mustache").execute(new PageView(filter, ListFilter.LONGEST, true, "/", "", null,
                List.of(), list.words(), list.statuses(), list.sources(), list.pages(),
                list.jobs().stream().map(job -> job.view(List.of(), NOW)).toList(), List.of(), List.of())));
    }

    /** Of both sources, some without a status, in no order. */
    private static List<JobState> states(int count) {
        List<JobState> states = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            states.add(state(i % 2 == 0 ? "a" : "b", "ft-" + i, new String[] {"FAILED", "RUNNING", null, "SUCCEEDED", "FAILED"}[i % 5]));
        }
        Collections.shuffle(states, new Random(count));
        return states;
    }

    private static JobState state(String source, String job, String status) {
        return new JobState(source, job, new PublishedState(status, Map.of(), List.of(), Map.of()), 0, null, Map.of(), null, null, null);
    }

    private static List<Choice> concat(List<Choice> one, List<Choice> other) {
        List<Choice> all = new ArrayList<>(one);
        all.addAll(other);
        return all;
    }
}
