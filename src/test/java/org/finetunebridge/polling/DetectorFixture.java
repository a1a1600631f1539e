package org.finetunebridge.polling;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.finetunebridge.camel.http.Answered;
import org.finetunebridge.event.cloudevents.CloudEventWriter;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.sink.FlakySink;
import org.finetunebridge.sink.Publisher;
import org.finetunebridge.sink.SinkSession;
import org.finetunebridge.state.JobState;
import org.finetunebridge.state.JobState.Retired;
import org.finetunebridge.state.PublishedState;
import org.finetunebridge.state.Suspension;

/** A detector that is shown pages one by one; each is committed at once. */
abstract class DetectorFixture {

    static final Instant START = Instant.parse("2026-03-01T00:00:00Z");

    final ListSnapshot listing = new ListSnapshot(true);
    Instant now = START;
    SourceSettings source;
    ChangeDetector detector;
    private final Publisher publisher = new Publisher(new FlakySink(), Runnable::run);

    void watch(SourceBuilder settings) {
        watch(settings, JobShard.WHOLE);
    }

    void watch(SourceBuilder settings, JobShard shard) {
        source = settings.build();
        detector = new ChangeDetector(source, new CloudEventWriter("acme", "acme", ZoneOffset.UTC, false), shard);
    }

    PollTask list() {
        return task("", "jobs");
    }

    PollTask task(String job, String... resources) {
        var task = new PollTask("acme", job, List.of(resources), source.provider().ways());
        task.listing(listing);
        return task;
    }

    /** Reads one page. */
    Batch read(PollTask task, String... facts) {
        return readPage(task, "{\"facts\":[" + String.join(",", facts) + "]}");
    }

    Batch readPage(PollTask task, String page) {
        task.ready(publisher.session());
        Answered.at(now, task.getAttempt());
        String resource = task.getResource();
        Batch batch = detector.observe(DryRun.json(page), task);
        publisher.publish(batch);
        task.queued(resource);
        return batch;
    }

    void remember(JobState... states) {
        publisher.publish(new Batch(publisher.session(), List.of(), List.of(), List.of(states)));
    }

    void publish(Batch batch) {
        publisher.publish(batch);
    }

    void ready(PollTask task) {
        task.ready(publisher.session());
        Answered.at(now, task.getAttempt());
    }

    SinkSession session() {
        return publisher.session();
    }

    JobState state(String job) {
        return publisher.session().of("acme", job);
    }

    /** What is published: the last part of each type but the version, and the status or the checkpoint. */
    static List<String> published(Batch batch) {
        return batch.events().stream().map(DryRun::json).map(event -> event.path("type").asText().split("\\.")[3] + ' '
                + event.at("/data/status").asText(event.at("/data/checkpoint").asText())).toList();
    }

    static JsonNode data(Batch batch, int event) {
        return DryRun.json(batch.events().get(event)).path("data");
    }

    static List<String> letters(Batch batch) {
        return batch.deadLetters().stream().map((EncodedEvent one) -> DryRun.json(one).at("/data/error/message")
                .asText())
                .toList();
    }

    static JobState of(String job, String status) {
        return JobState.blank("acme", job)
                .with(new PublishedState(status, Map.of("", List.of(status)), List.of(), Map.of()));
    }

    static JobState retired(String job, Retired why) {
        return of(job, "SUCCEEDED").retired(why);
    }

    static Suspension parked() {
        return new Suspension("job", "error", "not there", 1, true, START.plusSeconds(3600));
    }

    static String status(String job, String status) {
        return status(job, status, "");
    }

    /** @param more further members of its data, each with a comma before it */
    static String status(String job, String status, String more) {
        return "{\"kind\":\"job.status-changed\",\"job\":\"" + job + "\",\"key\":[\"" + status + "\"],\"raw\":{\"is\":"
                + "\"" + status + "\"},\"data\":{\"status\":\"" + status + "\",\"statusRaw\":\"" + status + "\""
                + more + "}}";
    }

    static String checkpoint(String job, String name) {
        return checkpoint(job, name, "");
    }

    static String checkpoint(String job, String name, String more) {
        return "{\"kind\":\"checkpoint.changed\",\"job\":\"" + job + "\",\"key\":[\"" + name + "\",\"READY\"],"
                + "\"raw\":{},\"data\":{\"checkpoint\":\"" + name + "\",\"status\":\"READY\"" + more + "}}";
    }

    /** A record that cannot be used, for it has no key. */
    static String bad(String job) {
        return "{\"kind\":\"job.status-changed\",\"job\":\"" + job + "\",\"raw\":{\"job\":\"" + job + "\"}}";
    }
}
