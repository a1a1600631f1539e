package org.finetunebridge.polling;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.finetunebridge.camel.http.Answered;
import org.finetunebridge.event.cloudevents.CloudEventWriter;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.sink.FlakySink;
import org.finetunebridge.sink.Publisher;

/** One source that is read as its schedule says; its tasks, its clock and its commits are a test's. */
abstract class PollerFixture {

    static final Instant START = Instant.parse("2026-03-01T00:00:00Z");
    static final ProviderException NOT_THERE = new ProviderException(ErrorAction.JOB, "not there", 404, "", null,
            null, null);
    static final ProviderException BUSY = new ProviderException(ErrorAction.TRANSIENT, "busy", 503, "", null,
            null, null);

    final Deque<Runnable> commits = new ArrayDeque<>();
    final FlakySink sink = new FlakySink();
    final Publisher publisher = new Publisher(sink, commits::add);
    final List<String> heard = new ArrayList<>();
    long now;
    int due;
    SourceSettings source;
    ChangeDetector detector;
    SourcePoller poller = poller(new SourceBuilder().jobs("job-1", "job-2").follow());

    SourcePoller poller(SourceBuilder settings) {
        source = settings.build();
        detector = new ChangeDetector(source, new CloudEventWriter("acme", "acme", ZoneOffset.UTC, false));
        var made = new SourcePoller(source, publisher, RetryBudget.watching(source), new PollClock() {
            @Override
            public Instant instant() {
                return START.plusNanos(now);
            }

            @Override
            public long nanos() {
                return now;
            }
        }, new Random(1));
        made.onDue(() -> due++);
        made.onPoll(new PollListener() {
            @Override
            public void failed(ProviderException failure, Duration took) {
                heard.add("failed " + failure.getMessage());
            }

            @Override
            public void deferred(Instant until) {
                heard.add("deferred " + until);
            }

            @Override
            public void jobRead(String job) {
                heard.add("read " + job);
            }

            @Override
            public void cycleEnded(CycleResult result) {
                heard.add("ended " + result.read());
            }
        });
        return made;
    }

    void later(Duration passed) {
        now += passed.toNanos();
    }

    List<PollTask> begin() {
        poller.tick();
        return poller.takeDue(9);
    }

    void read(PollTask task) {
        poller.ready(task);
        Answered.at(START.plusNanos(now), task.getAttempt());
        String page = task.getResource().equals("job") ? DetectorFixture.status(task.getJob(), "RUNNING")
                : DetectorFixture.checkpoint(task.getJob(), "c");
        publisher.publish(detector.observe(DryRun.json("{\"facts\":[" + page + "]}"), task));
        poller.passed(task);
    }

    void fail(PollTask task, ProviderException failure) {
        poller.ready(task);
        publisher.publish(poller.failed(task, failure, detector));
    }

    void finish(PollTask task) {
        while (task.isReading()) {
            read(task);
        }
        poller.completed(task);
    }

    void commit() {
        for (Runnable commit = commits.poll(); commit != null; commit = commits.poll()) {
            commit.run();
        }
    }
}
