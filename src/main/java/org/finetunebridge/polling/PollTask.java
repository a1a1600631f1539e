package org.finetunebridge.polling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;
import org.finetunebridge.provider.JsltMapper;
import org.finetunebridge.provider.PaginationConfig;
import org.finetunebridge.provider.RequestAttempt;
import org.finetunebridge.sink.SinkSession;
import org.finetunebridge.text.LogSanitizer;
import org.finetunebridge.text.PercentEncoder;

/**
 * The reading of one job, or of an account's list of jobs. A reading that fails is taken up where it stopped. One thread
 * at a time.
 */
public final class PollTask {

    private final String source;
    private final String job;
    private final PollProgress walk;
    private final RequestAttempt attempt = new RequestAttempt();
    private SinkSession session;
    private ListSnapshot listing;
    private int known;

    /**
     * @param source    the account
     * @param job       the job; empty for the list
     * @param resources to read, in order
     * @param ways      how they are asked
     */
    PollTask(String source, String job, List<String> resources, PaginationConfig ways) {
        this.source = source;
        this.job = job;
        this.walk = new PollProgress(toString(), resources.stream().map(name -> new PaginationStrategy(name, ways)).toList());
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
        return TextNode.valueOf(job).toString();
    }

    /** What is read now. */
    public String getResource() {
        return way().resource();
    }

    /** What the page is asked with, a position or what the page before named, as a value of a query. */
    public String getCursorPath() {
        return PercentEncoder.encoded(place().cursor());
    }

    /** The same as a JSON string, with its quotes. */
    public String getCursorJson() {
        return TextNode.valueOf(place().cursor()).toString();
    }

    /** What is asked, as a mapping sees it. */
    JsonNode question() {
        return JsltMapper.asked(job, place().cursor());
    }

    /** The account's name in the configuration. */
    public String getSource() {
        return source;
    }

    /** Whether there is anything left to read. */
    public boolean isReading() {
        return walk.isOn();
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

    /** Its way through what is read. */
    PollProgress walk() {
        return walk;
    }

    /** How what is read now is asked. */
    PaginationStrategy way() {
        return walk.way();
    }

    /** Where its reading stands. */
    Paginator place() {
        return walk.place();
    }

    /** The session whose memory the page is held against. */
    SinkSession session() {
        return session;
    }

    /** The job's end, seen but not told yet: it is told with what is read last. */
    DeferredEnd ending() {
        return walk.ending();
    }

    void ending(DeferredEnd seen) {
        walk.ending(seen);
    }

    /** So many more records were told before. */
    void known(int more) {
        known += more;
    }

    /** How many records since the last call were told before. */
    int takeKnown() {
        int count = known;
        known = 0;
        return count;
    }

    /** Readies the next page. A new session may remember less: what it does not know is read again. */
    void ready(SinkSession current) {
        boolean afresh = current != session;
        session = current;
        walk.ready(afresh, name -> session.of(source, job).published().cursor(name));
    }

    @Override
    public String toString() {
        return isList() ? source : source + " job " + LogSanitizer.line(job);
    }
}
