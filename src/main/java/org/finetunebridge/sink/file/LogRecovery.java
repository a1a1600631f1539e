package org.finetunebridge.sink.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Goes back to the last state that was really committed, and leaves a log that ends with it. */
final class LogRecovery {

    private static final Logger LOG = LoggerFactory.getLogger(LogRecovery.class);

    private final Path current;
    private final Path previous;
    private final Path next;
    private boolean damaged;

    /** @param next what is to take the place of the current log once it is whole; there after a crash alone */
    LogRecovery(Path current, Path previous, Path next) {
        this.current = current;
        this.previous = previous;
        this.next = next;
    }

    /** Reads what holds, and cuts off the rest; leaves everything as it is if nothing does. */
    StateLogSnapshot recover() throws IOException {
        boolean crashed = Files.exists(next);
        StateLogSnapshot state = StateLogSnapshot.read(current);
        if (!state.isWhole()) {
            state = StateLogSnapshot.read(previous);
            if (!state.isWhole()) {
                throw new IOException("the memory " + current + " is damaged from its beginning on, and there is no"
                        + " older one that holds; move " + current.getFileName() + " and " + previous.getFileName()
                        + " away to start with an empty memory, which tells everything again");
            }
            fallBack(crashed);
        }
        Files.deleteIfExists(next);
        if (state.end() < Files.size(current)) {
            cut(state.end());
        }
        return state;
    }

    /** Whether more than the torn line of a crash was cut off: output files after the one that counts are void. */
    boolean damaged() {
        return damaged;
    }

    /** Between the two renames of a compaction, or with its result damaged or gone, the log before it is the truth. */
    private void fallBack(boolean crashed) throws IOException {
        damaged = !crashed || Files.exists(current);
        if (Files.exists(current)) {
            LOG.warn("The memory {} is damaged from its beginning on; going back to {}. What it held is in {}", current,
                    previous, FileTruncation.aside(current, 0));
        } else if (damaged) {
            LOG.warn("The memory {} was taken away; going back to {}", current, previous);
        }
        FileTruncation.copy(previous, 0, next);
        Files.move(next, current, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        AppendOnlyFile.syncDirectory(current.getParent());
    }

    private void cut(long good) throws IOException {
        if (isTornLine(good)) {
            LOG.info("Cut off {} a commit that was not finished", current);
        } else {
            damaged = true;
            LOG.warn("The memory {} is damaged at byte {}: going back to the last commit before it. What came after is"
                    + " in {}", current, good, FileTruncation.aside(current, good));
        }
        FileTruncation.off(current, good);
    }

    private boolean isTornLine(long from) throws IOException {
        try (var rest = new LineReader(current)) {
            for (long read = 0; read < from;) {
                read += rest.next().length + 1;
            }
            return rest.next() == null;
        }
    }
}
