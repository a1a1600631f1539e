import java.util.Arrays;

/** The events of one MiniMax job: a regular history, and what was added since the stand-in runs. */
final class Timeline {

    private static final String[] BEGINNING = {"created", "pending", "running"};

    private final int history;
    private final boolean over;
    private final long began;
    private long[] added = new long[4];
    private int more;

    Timeline(int history, boolean over, long began) {
        this.history = history;
        this.over = over;
        this.began = began;
    }

    synchronized void add(long moment) {
        if (more == added.length) {
            added = Arrays.copyOf(added, 2 * more);
        }
        added[more++] = moment;
    }

    synchronized int count() {
        return history + more;
    }

    synchronized long moment(int event) {
        return event < history ? began + event * 1000L : added[event - history];
    }

    /** Always seven letters. */
    String status(int event) {
        return event < 3 ? BEGINNING[event] : over && event == history - 1 ? "success" : "running";
    }
}
