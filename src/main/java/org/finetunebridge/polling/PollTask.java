package org.finetunebridge.polling;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.finetunebridge.event.JsonWriter;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.provider.JsltMapper;
import org.finetunebridge.provider.Provider.PaginationConfig;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.provider.RequestAttempt;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.sink.Confirmation;
import org.finetunebridge.sink.SinkSession;
import org.finetunebridge.state.TimedDiff;
import org.finetunebridge.text.LogSanitizer;
import org.finetunebridge.text.PercentEncoder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The reading of one job, or of an account's list of jobs: its resources in order, each page by page. A reading that
 * fails goes on where it stopped. That it moved on holds only once the page is committed: until then it can be rolled
 * back, with the pages that were read after it. One thread at a time; the poller guards what its commits say of it.
 */
public final class PollTask {

    private static final Logger LOG = LoggerFactory.getLogger(PollTask.class);

    private final String source;
    private final String job;
    private final List<String> resources;
    private final PaginationConfig config;
    private final RequestAttempt attempt = new RequestAttempt();
    private final Map<String, ListPosition> left = new HashMap<>();
    private Progress progress = new Progress(0, null, null);
    private Progress before;
    private boolean cursorDropped;
    private SinkSession session;
    private ListSnapshot listing;
    private int known;
    private Instant expires;
    private boolean paused;
    private boolean probe;
    private final UnconfirmedPages unconfirmed = new UnconfirmedPages();

    /**
     * @param source    the account
     * @param job       the job; empty for the list
     * @param resources to read, in order
     * @param config    how they are asked
     */
    PollTask(String source, String job, List<String> resources, PaginationConfig config) {
        this.source = source;
        this.job = job;
        this.resources = new ArrayList<>(resources);
        this.config = config;
    }

    /**
     * The first page of the account's list, or of the first job that is given, for somebody who knows nothing that was
     * published.
     */
    public static PollTask dryRun(SourceSettings source) {
        boolean list = source.listsJobs();
        String resource = list ? source.provider().list() : Stream.concat(Stream.ofNullable(source.provider().job()),
                source.follow().stream()).findFirst().orElseThrow();
        var poll = new PollTask(source.name(), list ? "" : source.jobs().get(0), List.of(resource), source.provider().ways());
        poll.ready(SinkSession.blank());
        poll.listing(new ListSnapshot(false));
        return poll;
    }

    /** The job's id as the provider writes it; empty for the list. */
    public String getJob() {
        return job;
    }

    /** The job's id as a segment of a path or a value of a query. */
    public String getJobPath() {
        return PercentEncoder.encoded(job);
    }

    /** The job's id as a path of its own, for a provider whose ids are such: its slashes stay. */
    public String getJobSegments() {
        return PercentEncoder.segments(job);
    }

    /** The job's id as a JSON string, with its quotes. */
    public String getJobJson() {
        return JsonWriter.quoted(job);
    }

    /** The resource that is read now. */
    public String getResource() {
        return resources.get(progress.resource());
    }

    /** What the page is asked with, a position or what the page before named, as a value of a query. */
    public String getCursorPath() {
        return PercentEncoder.encoded(place().cursor());
    }

    /** The same as a JSON string, with its quotes. */
    public String getCursorJson() {
        return JsonWriter.quoted(place().cursor());
    }

    /** The words of a cursor that has several, each as a JSON string with its quotes. */
    public List<String> getCursorPartsJson() {
        return Stream.of(place().cursor().split(" ", -1)).map(JsonWriter::quoted).toList();
    }

    /** The cursor as it is, where it is the address of a page: for a path alone, and taken only if it leads to the same host. */
    public String getCursorUrl() {
        return place().cursor();
    }

    /** What is asked, as a mapping sees it. */
    public JsonNode question() {
        return JsltMapper.asked(job, place().cursor(), place().from());
    }

    /** The account's name in the configuration. */
    public String getSource() {
        return source;
    }

    /** Whether there is anything left that may be read now. */
    public boolean isReading() {
        return progress.resource() < resources.size() && !paused;
    }

    /** What is left has to wait: the task is given back, and read on later. */
    void pause() {
        paused = true;
    }

    /**
     * Begins, or goes on.
     *
     * @param isProbe whether it is the only one in flight, and so what it finds out of the source is true of it now
     */
    void resume(boolean isProbe) {
        paused = false;
        probe = isProbe;
    }

    boolean isProbe() {
        return probe;
    }

    /** The request under way. */
    public RequestAttempt getAttempt() {
        return attempt;
    }

    /** What this pass over the list has shown. */
    ListSnapshot listing() {
        return listing;
    }

    void listing(ListSnapshot pass) {
        listing = pass;
    }

    boolean isList() {
        return job.isEmpty();
    }

    /** How the provider's resources are asked. */
    PaginationConfig config() {
        return config;
    }

    /** How the resource that is read now is read. */
    ListReader reader() {
        return isList() ? new StateListReader(getResource(), config.first(getResource()), false)
                : ListReader.of(getResource(), config);
    }

    /** Where its reading stands. */
    ListPosition place() {
        return progress.place();
    }

    /** Reading goes on elsewhere in this list. */
    void place(ListPosition elsewhere) {
        progress = new Progress(progress.resource(), elsewhere, progress.ending());
    }

    /** The session whose state the page is compared with. */
    SinkSession session() {
        return session;
    }

    /** The job's end, seen but not published yet: it is published after everything that is read of the job. */
    DeferredEnd ending() {
        return progress.ending();
    }

    void ending(DeferredEnd seen) {
        progress = new Progress(progress.resource(), progress.place(), seen);
    }

    /** A page shows when a checkpoint expires; null for none. The earliest of all pages is kept. */
    void expires(Instant at) {
        expires = TimedDiff.earlier(expires, at);
    }

    Instant expires() {
        return expires;
    }

    /** So many more records were published before. */
    void known(int more) {
        known += more;
    }

    /** Prepares the next page. A new session may know less was published: what it does not know is read again. */
    void ready(SinkSession current) {
        boolean afresh = current != session;
        session = current;
        before = null;
        if (afresh) {
            left.clear();
        } else if (place() == null) {
            place(left.remove(getResource()));
        }
        if (place() == null || afresh) {
            cursorDropped = false;
            place(reader().begin(session.pending(source, job).published().cursor(getResource())));
        }
        unconfirmed.ready();
    }

    /** A page is compared with the state: that the reading moves on holds only once the page is committed. */
    void observes() {
        before = progress;
    }

    /**
     * The page observed last was given to the publisher.
     *
     * @param asked the resource it is of
     * @return says when it is committed
     */
    Confirmation queued(String asked) {
        boolean whole = progress.resource() >= resources.size();
        Confirmation confirmation = unconfirmed.add(before, asked, whole || !getResource().equals(asked), whole, known,
                attempt.took());
        known = 0;
        before = null;
        return confirmation;
    }

    /** The pages that are queued to be committed. */
    UnconfirmedPages unconfirmed() {
        return unconfirmed;
    }

    /** What is not committed is read again; why it is not is still to be taken. */
    UnconfirmedPages rollBack() {
        Progress first = unconfirmed.rollBack();
        if (first != null || before != null) {
            progress = first == null ? before : first;
        }
        before = null;
        known = 0;
        return unconfirmed;
    }

    /** Moves on to where the reader says, or to the next resource. */
    void moveOn(ListReader.Step step) {
        if (step.wrong() != null) {
            LOG.warn("{}: {} {}; stopped reading it", this, getResource(), step.wrong());
        }
        if (step.next() == null) {
            begin(progress.resource() + 1);
        } else {
            place(step.next());
        }
    }

    /** Read after the others, if it is not among them. */
    void also(List<String> once) {
        once.stream().filter(resource -> !resources.contains(resource)).forEach(resources::add);
    }

    /** Nothing more is read of this job. */
    void end() {
        begin(resources.size());
    }

    /**
     * Leaves the resource that is read now, which failed: the reading goes on with the next one.
     *
     * @param forLater whether it is read again after the others, from where it stands; else not again
     */
    void leave(boolean forLater) {
        if (!forLater) {
            begin(progress.resource() + 1);
        } else if (progress.resource() < resources.size() - 1) {
            resources.add(getResource());
            left.put(getResource(), place());
            begin(progress.resource() + 1);
        }
    }

    /** What is still to be read, in order. */
    List<String> remaining() {
        return List.copyOf(resources.subList(progress.resource(), resources.size()));
    }

    /**
     * Whether a request may have been refused for its cursor alone: then the resource is read from its beginning, once.
     * What was published of it is known by name and not published again.
     *
     * @return whether the resource is to be asked again now, and the failure is none of the job
     */
    public boolean dropsCursor(ProviderException failure) {
        if (cursorDropped || place() == null || config.once().contains(getResource()) || failure.means() != ErrorAction.JOB || failure.status() == 0
                || place().cursor().equals(reader().beginAgain().cursor())) {
            return false;
        }
        LOG.info("{}: {} is read from its beginning, because its cursor was refused: {}", this, getResource(),
                failure.getMessage());
        cursorDropped = true;
        place(reader().beginAgain().readAgain());
        return true;
    }

    private void begin(int next) {
        cursorDropped = false;
        progress = new Progress(next, null, progress.ending());
    }

    @Override
    public String toString() {
        return isList() ? source : source + " job " + LogSanitizer.line(job);
    }
}
