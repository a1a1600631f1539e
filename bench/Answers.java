import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What the stand-in answers. Every MiniMax event has one length, so that a page is a row of copies. */
final class Answers {

    static final long FIRST_JOB = 1_768_446_000_000_000L;
    private static final long BEGAN = 1_768_446_010_000L;
    private static final int PAGE = 100;
    private static final byte[] HEAD = "{\"event_list\":[".getBytes(US_ASCII);
    private static final byte[] JOBS_HEAD = "{\"job_list\":[".getBytes(US_ASCII);
    private static final byte[] COMMA = ",".getBytes(US_ASCII);
    private static final byte[] MORE = tail(true);
    private static final byte[] LAST = tail(false);

    private final Timeline[] timelines;
    private final byte[][] ids;
    private final byte[][] minimaxJobs;
    private final byte[][] dashscopePages;
    private final byte[][] checkpoints;
    private final LongAdder requests = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder cycles = new LongAdder();
    private final AtomicLong first = new AtomicLong();

    Answers(int minimax, int events, int dashscope, int perJob, boolean over) {
        timelines = new Timeline[minimax];
        ids = new byte[minimax][];
        minimaxJobs = new byte[minimax][];
        for (int job = 0; job < minimax; job++) {
            timelines[job] = new Timeline(events, over, BEGAN);
            ids[job] = Long.toString(FIRST_JOB + job).getBytes(US_ASCII);
            minimaxJobs[job] = Templates.minimaxJob(FIRST_JOB + job).getBytes(US_ASCII);
        }
        dashscopePages = new byte[Math.max(1, (dashscope + PAGE - 1) / PAGE)][];
        for (int page = 0; page < dashscopePages.length; page++) {
            int until = Math.min(dashscope, (page + 1) * PAGE);
            dashscopePages[page] = Templates.dashscopePage(page + 1, PAGE, page * PAGE, until, dashscope, over).getBytes(US_ASCII);
        }
        checkpoints = new byte[dashscope][];
        for (int job = 0; job < dashscope; job++) {
            checkpoints[job] = Templates.checkpoints(job, perJob, over).getBytes(US_ASCII);
        }
    }

    /** @return whether there is such a thing */
    boolean fill(String path, String request, Buffer answer) {
        first.compareAndSet(0, System.currentTimeMillis());
        if (path.contains("page_no=1&") || path.endsWith("/list_finetune_job") && request.endsWith("\"after\":\"0\"}")) {
            cycles.increment();
        }
        requests.increment();
        boolean known = path.startsWith("/minimax/") ? minimax(path, request, answer) : dashscope(path, answer);
        bytes.add(answer.to());
        return known;
    }

    /** For the benchmark: {@code reset}, {@code add} (to all), {@code add-one} (to any), {@code stats}. */
    String control(String command) {
        switch (command) {
            case "reset" -> {
                requests.reset();
                bytes.reset();
                cycles.reset();
                first.set(0);
            }
            case "add" -> {
                for (Timeline timeline : timelines) {
                    timeline.add(System.currentTimeMillis());
                }
            }
            case "add-one" -> timelines[ThreadLocalRandom.current().nextInt(timelines.length)]
                    .add(System.currentTimeMillis());
            default -> { }
        }
        return first.get() + " " + requests.sum() + " " + bytes.sum() + " " + cycles.sum();
    }

    private boolean minimax(String path, String request, Buffer answer) {
        if (path.endsWith("/list_finetune_job")) {
            long after = number(request, "\"after\":", 0);
            jobs(after < FIRST_JOB ? 0 : (int) (after - FIRST_JOB) + 1, answer);
            return true;
        }
        int job = (int) (number(request, "\"fine_tuning_job_id\":", -1) - FIRST_JOB);
        if (job < 0 || job >= timelines.length) {
            return false;
        }
        events(job, (int) number(request, "\"after\":", 0), answer);
        return true;
    }

    private void jobs(int from, Buffer answer) {
        int until = Math.min(minimaxJobs.length, from + PAGE);
        answer.add(JOBS_HEAD);
        for (int job = from; job < until; job++) {
            if (job > from) {
                answer.add(COMMA);
            }
            answer.add(minimaxJobs[job]);
        }
        answer.add(until < minimaxJobs.length ? MORE : LAST);
    }

    private void events(int job, int from, Buffer answer) {
        Timeline timeline = timelines[job];
        int count = timeline.count();
        int until = Math.min(count, from + PAGE);
        answer.add(HEAD);
        for (int event = from; event < until; event++) {
            if (event > from) {
                answer.add(COMMA);
            }
            Templates.event(answer, ids[job], timeline.moment(event), timeline.status(event));
        }
        answer.add(until < count ? MORE : LAST);
    }

    private boolean dashscope(String path, Buffer answer) {
        if (path.endsWith("/checkpoints")) {
            int end = path.length() - "/checkpoints".length();
            answer.add(checkpoints[Integer.parseInt(path.substring(end - 5, end), 16)]);
        } else {
            answer.add(dashscopePages[Math.min(dashscopePages.length, (int) number(path, "page_no=", 1)) - 1]);
        }
        return true;
    }

    private static byte[] tail(boolean more) {
        return ("],\"has_more\":" + more + ",\"base_resp\":{\"status_code\":0,\"status_msg\":\"success\"}}")
                .getBytes(US_ASCII);
    }

    /** The number behind the name, in quotes or not. */
    private static long number(String text, String name, long otherwise) {
        int at = text.indexOf(name);
        if (at < 0) {
            return otherwise;
        }
        at += name.length();
        long number = 0;
        for (; at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '"'); at++) { }
        for (; at < text.length() && Character.isDigit(text.charAt(at)); at++) {
            number = number * 10 + text.charAt(at) - '0';
        }
        return number;
    }
}
