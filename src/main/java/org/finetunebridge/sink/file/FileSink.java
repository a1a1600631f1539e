package org.finetunebridge.sink.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.settings.FileFailureDescriber;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.sink.InstanceFencedException;
import org.finetunebridge.sink.Sink;
import org.finetunebridge.sink.SinkUnavailableException;
import org.finetunebridge.sink.file.StateLog.CommitEntry.CommittedLength;
import org.finetunebridge.state.JobState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Events and dead letters as lines of JSON in a file a UTC day; exactly once, across any crash.
 *
 * <p>A commit appends the lines, forces them to disk, and then appends one entry to the state log that says what was
 * published and how long each file is now. A crash before that entry leaves lines that do not count: the next start
 * cuts them off, and the next poll finds their facts again. A sink that found another instance at work stays closed.
 */
public final class FileSink implements Sink {

    private static final Logger LOG = LoggerFactory.getLogger(FileSink.class);

    private final Path state;
    private final DailyFileWriter events;
    private final DailyFileWriter deadLetters;
    private StateLog stateLog;
    private DirectoryLock lock;
    private InstanceFencedException fenced;
    private boolean standby;

    /**
     * @param events      directory of the events
     * @param deadLetters directory of the dead letters
     * @param state       directory of the state and the lock
     * @param clock       gives the day
     */
    public FileSink(Path events, Path deadLetters, Path state, InstantSource clock) {
        this.state = state.toAbsolutePath().normalize();
        this.events = new DailyFileWriter("events", "bridge.file.directory", events.toAbsolutePath().normalize(),
                false, clock);
        this.deadLetters = new DailyFileWriter("dead-letters", "bridge.dead-letter.directory",
                deadLetters.toAbsolutePath().normalize(), true, clock);
    }

    /** Waits while another instance has the state: until it has ended, opening fails as if the disk were away. */
    public FileSink standby(boolean waits) {
        standby = waits;
        return this;
    }

    @Override
    public Collection<JobState> open() {
        if (fenced != null) {
            throw fenced;
        }
        close();
        try {
            // first, because it may be the same as one of the others, which only the owner may read
            Files.createDirectories(events.folder().directory());
            lock = DirectoryLock.take(state);
            DurableFiles.createForOwner(deadLetters.folder().directory());
            stateLog = new StateLog(state);
            Map<String, CommittedLength> found = new TreeMap<>();
            events.find(found);
            deadLetters.find(found);
            boolean begins = stateLog.isAbsent();
            stateLog.open(found);
            if (begins) {
                warnOfEventsWithoutState(found.get(events.sort()));
            }
            for (DailyFileWriter files : List.of(events, deadLetters)) {
                files.folder().cut(stateLog.committed(files.sort()), stateLog.damaged());
                files.resume(stateLog.committed(files.sort()));
            }
            return List.copyOf(stateLog.state());
        } catch (IOException | UncheckedIOException e) {
            close();
            throw new SinkUnavailableException("cannot open the files: " + FileFailureDescriber.describe(e), e);
        } catch (InstanceFencedException e) {
            close();
            if (standby) {
                throw new SinkUnavailableException("this instance stands by: " + e.getMessage(), null);
            }
            fenced = e;
            throw e;
        }
    }

    private void warnOfEventsWithoutState(CommittedLength file) {
        if (file != null && file.length() > 0) {
            LOG.warn("No state of an earlier run in {}, but events of one in {}: every job is published from its beginning,"
                    + " and what is there already is there twice then, under the same ids. To prevent it, stop, and bring the"
                    + " state back, or move the events away", state, file.file());
        }
    }

    @Override
    public void write(List<Batch> batches) {
        orLost("cannot write the files", () -> {
            Map<String, CommittedLength> lengths = new TreeMap<>();
            append(events, batches.stream().flatMap(batch -> batch.events().stream()).toList(), lengths);
            append(deadLetters, batches.stream().flatMap(batch -> batch.deadLetters().stream()).toList(), lengths);
            opened().append(Batch.lastStates(batches).values(), lengths);
            return null;
        });
    }

    @Override
    public Collection<JobState> peek() {
        return orLost("cannot read the state", () -> StateLog.peek(state));
    }

    @Override
    public void inspect() {
        peek();
    }

    @Override
    public void forget(Collection<String> names) {
        orLost("cannot write the state", () -> {
            opened().forget(names);
            return null;
        });
    }

    @Override
    public List<String> deadLetters() {
        return read("cannot read the dead letters", deadLetters, () -> deadLetters.folder().lines());
    }

    @Override
    public List<byte[]> newest(int most) {
        return read("cannot read the events", events, () -> EventTail.of(events.folder(), most));
    }

    @Override
    public void removeDeadLetters(Predicate<String> gone) {
        orLost("cannot write the dead letters", () -> {
            CommittedLength before = opened().committed(deadLetters.sort());
            deadLetters.close();
            deadLetters.folder().removeLines(gone);
            if (before != null && Files.exists(before.path(state))) {
                stateLog.append(List.of(),
                        Map.of(deadLetters.sort(), new CommittedLength(before.file(), Files.size(before.path(state)))));
            }
            lockAgain(deadLetters);
            return null;
        });
    }

    /** Reads files of this sort, whether they are open or not. */
    private <T> T read(String what, DailyFileWriter files, Work<T> work) {
        return orLost(what, () -> {
            try {
                return work.done();
            } finally {
                lockAgain(files);
            }
        });
    }

    /** Whoever closes any handle of a file gives up the locks the process has on it: after reading, it is unlocked. */
    private void lockAgain(DailyFileWriter files) throws IOException {
        files.close();
        if (stateLog != null) {
            files.resume(stateLog.committed(files.sort()));
        }
    }

    /** What reads or writes files. */
    private interface Work<T> {
        T done() throws IOException;
    }

    private <T> T orLost(String what, Work<T> work) {
        try {
            return work.done();
        } catch (InstanceFencedException e) {
            fenced = e;
            throw e;
        } catch (IOException | UncheckedIOException e) {
            throw new SinkUnavailableException(what + ": " + FileFailureDescriber.describe(e), e);
        }
    }

    /** Without the lock nothing may be written: by now it may be another instance's. */
    private StateLog opened() {
        if (stateLog == null) {
            throw new SinkUnavailableException("the files are not open, because something failed before; try again",
                    null);
        }
        return stateLog;
    }

    @Override
    public void close() {
        closeQuietly(events);
        closeQuietly(deadLetters);
        closeQuietly(stateLog);
        stateLog = null;
        closeQuietly(lock);
        lock = null;
    }

    private void append(DailyFileWriter files, List<EncodedEvent> lines, Map<String, CommittedLength> lengths)
            throws IOException {
        if (!lines.isEmpty()) {
            lengths.put(files.sort(), files.append(lines.stream().map(EncodedEvent::value).toList(), opened()));
        }
    }

    private static void closeQuietly(AutoCloseable open) {
        if (open == null) {
            return;
        }
        try {
            open.close();
        } catch (Exception e) {
            LOG.debug("while closing: {}", e.toString());
        }
    }
}
