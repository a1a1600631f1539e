package org.finetunebridge.watch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.finetunebridge.event.Finding;
import org.finetunebridge.event.Naming;
import org.finetunebridge.event.Page;
import org.finetunebridge.fetch.Attempt;
import org.finetunebridge.fetch.Percent;
import org.finetunebridge.fetch.Plain;
import org.finetunebridge.memory.Asked;
import org.finetunebridge.memory.Cursor;
import org.finetunebridge.memory.News;
import org.finetunebridge.provider.Mappings;
import org.finetunebridge.provider.Ways;
import org.finetunebridge.sink.Session;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The reading of one job, or of an account's list of jobs, page by page through its resources. A reading that fails is
 * taken up where it stopped. One thread at a time.
 */
public final class Poll {

    private static final Logger LOG = LoggerFactory.getLogger(Poll.class);

    private final String source;
    private final String job;
    private final List<String> resources;
    private final Ways ways;
    private final Attempt attempt = new Attempt();
    private final Set<String> before = new HashSet<>();
    private final Trail trail = new Trail();
    private int resource;
    private String cursor;
    private long from;
    private boolean begun;
    private boolean again;
    private Session session;
    private Ending ending;
    private Listing listing;
    private boolean observed;
    private int observedResource;
    private Ending observedEnding;
    private int known;

    /**
     * @param source    the account
     * @param job       the job; empty for the list
     * @param resources to read, in order
     * @param ways      how they are asked
     */
    Poll(String source, String job, List<String> resources, Ways ways) {
        this.source = source;
        this.job = job;
        this.resources = resources;
        this.ways = ways;
    }

    /** The job's id as the provider writes it; empty for the list. */
    public String getJob() {
        return job;
    }

    /** The job's id as a segment of a path or a value of a query. */
    public String getJobPath() {
        return Percent.encoded(job);
    }

    /** The job's id as a path of its own, for a provider whose ids are such: its slashes stay. */
    public String getJobSegments() {
        return Percent.segments(job);
    }

    /** The job's id as a JSON string, with its quotes. */
    public String getJobJson() {
        return TextNode.valueOf(job).toString();
    }

    /** What is read now. */
    public String getResource() {
        return resources.get(resource);
    }

    /** What the page is asked with, a position or what the page before named, as a value of a query. */
    public String getCursorPath() {
        return Percent.encoded(cursor);
    }

    /** The same as a JSON string, with its quotes. */
    public String getCursorJson() {
        return TextNode.valueOf(cursor).toString();
    }

    /** What is asked, as a mapping sees it. */
    public JsonNode getQuestion() {
        return Mappings.asked(job, cursor);
    }

    /** The account's name in the configuration. */
    public String getSource() {
        return source;
    }

    /** Whether there is anything left to read. */
    public boolean isReading() {
        return resource < resources.size();
    }

    /** The request under way. */
    public Attempt getAttempt() {
        return attempt;
    }

    /** What this pass over the list has shown. */
    Listing listing() {
        return listing;
    }

    void listing(Listing pass) {
        listing = pass;
    }

    boolean isList() {
        return job.isEmpty();
    }

    /** Whether the resource is a list that is asked whole. */
    boolean isWhole() {
        return ways.whole().contains(getResource());
    }

    /** Whether the resource is a list of records whose names it is asked by. */
    boolean isNamed() {
        return ways.named(getResource());
    }

    /** Whether a list of named records is shown newest first: as the page tells, or else as the provider is known for. */
    boolean isNewestFirst(Page page) {
        return page.newestFirst() == null ? ways.recent().contains(getResource()) : page.newestFirst();
    }

    /** Whether the last record of the list may still change. */
    boolean isSettling() {
        return ways.settling().contains(getResource());
    }

    /** How the records of the next page are named. */
    Naming naming() {
        String now = getResource();
        return new Naming(ways.recent().contains(now), ways.numbered().contains(now),
                ways.indexed().contains(now) ? from : -1);
    }

    /** The way back to what is known, in a list that shows the newest first. */
    Trail trail() {
        return trail;
    }

    boolean isGrowing() {
        return ways.growing().contains(getResource());
    }

    /** The session whose memory the page is held against. */
    Session session() {
        return session;
    }

    /** How the page of a growing list was asked for. */
    Asked askedFrom() {
        return new Asked(getResource(), from, again, Set.copyOf(before));
    }

    /** The job's end, seen but not told yet: it is told with what is read last. */
    Ending ending() {
        return ending;
    }

    void ending(Ending seen) {
        ending = seen;
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
    void ready(Session current) {
        if (begun && current != session) {
            begin();
        }
        session = current;
        observed = false;
        if (!begun) {
            from = isGrowing() ? Math.max(0, position() - 1) : 0;
            cursor = isGrowing() ? Long.toString(from) : first();
            begun = true;
        }
    }

    /** A page is held against the memory: that the poll moves on holds only once the page is told. */
    void observes() {
        observed = true;
        observedResource = resource;
        observedEnding = ending;
    }

    /** The page observed last is told. */
    void told() {
        observed = false;
    }

    /** The page observed last could not be told: it is read again. */
    void untold() {
        if (observed) {
            observed = false;
            resource = observedResource;
            ending = observedEnding;
            begin();
        }
    }

    /** Nothing more of this job. */
    void end() {
        resource = resources.size();
    }

    /**
     * After a state page: on to the next page, unless it shows nothing that was not seen in this reading.
     *
     * @return whether all pages were read, and to their true end
     */
    boolean passState(Page page) {
        boolean repeats = !addNames(page) && page.next() != null;
        if (repeats && !page.findings().isEmpty()) {
            LOG.warn("{}: {} repeats a page; stopped reading it", this, getResource());
        }
        if (page.next() == null || repeats) {
            nextResource();
        } else {
            cursor = page.next();
        }
        return !repeats && !isReading();
    }

    /** After a page of named records, oldest first: on to the next, if there is one and this one was not seen before. */
    void passNamed(Page page) {
        if (page.next() == null || !addNames(page)) {
            nextResource();
        } else {
            cursor = page.next();
        }
    }

    /**
     * After a page of named records, newest first: further back until what is known is met; then forward again, and once
     * more from the newest, for there may be newer ones.
     *
     * @param met whether the page reaches back to what is known
     * @return whether the page is to be told now
     */
    boolean passRecent(Page page, boolean met) {
        boolean told = trail.follows(page) || met || page.next() == null || !addNames(page);
        if (!told) {
            trail.add(cursor);
            cursor = page.next();
        } else if (trail.isEmpty()) {
            nextResource();
        } else {
            cursor = trail.forward(cursor);
            before.clear();
        }
        return told;
    }

    /**
     * After a page of a growing list: on to the next page, or back to the beginning if the place was lost. The next page
     * is asked from the last record of this one, to see that it follows.
     */
    void passGrowth(Page page, News news) {
        long position = news.told().cursor(getResource()).position();
        long read = from + page.findings().size();
        long next = Math.min(read, again ? position - 1 : position);
        before.clear();
        if (news.lost() && !again) {
            again = true;
            at(0);
            return;
        }
        addNames(page);
        if (!page.more()) {
            nextResource();
        } else if (news.any() && position != position()) {
            at(Math.max(0, position - 1));
        } else if (position == position() && read <= position && next > from) {
            at(next);
        } else {
            LOG.warn("{}: {} says there is more but shows nothing new; stopped reading it", this, getResource());
            nextResource();
        }
    }

    @Override
    public String toString() {
        return isList() ? source : source + " job " + Plain.line(job);
    }

    private long position() {
        Cursor told = session.of(source, job).told().cursor(getResource());
        return told.position();
    }

    private void at(long position) {
        from = position;
        cursor = Long.toString(position);
    }

    private boolean addNames(Page page) {
        boolean more = false;
        for (Finding finding : page.findings()) {
            more |= before.add(finding.id());
        }
        return more;
    }

    private void nextResource() {
        resource++;
        begin();
    }

    /** Where a list that is not asked by position is taken up. */
    private String first() {
        String mark = isNamed() ? session.of(source, job).told().cursor(getResource()).mark() : null;
        return mark == null ? ways.first(getResource()) : mark;
    }

    private void begin() {
        trail.clear();
        begun = false;
        again = false;
        before.clear();
    }
}
