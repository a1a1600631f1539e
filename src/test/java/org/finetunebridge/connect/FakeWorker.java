package org.finetunebridge.connect;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTaskContext;
import org.apache.kafka.connect.source.TransactionContext;
import org.apache.kafka.connect.storage.OffsetStorageReader;

/**
 * Connect's worker in memory, as far as a task sees it: the thread that polls, transactions, offsets that are found by the
 * text of their partition, in the order of its keys. It can die at any record.
 */
final class FakeWorker {

    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.USE_LONG_FOR_INTS);

    private final boolean transactional;
    private final Map<String, String> offsets = new ConcurrentHashMap<>();
    private final Set<String> damaged = ConcurrentHashMap.newKeySet();
    private final List<SourceRecord> records = new CopyOnWriteArrayList<>();
    private volatile Predicate<SourceRecord> dropped = record -> false;

    FakeWorker(boolean transactional) {
        this.transactional = transactional;
    }

    /** What readers of committed records see. */
    List<SourceRecord> records() {
        return List.copyOf(records);
    }

    List<SourceRecord> records(String topic) {
        return records.stream().filter(record -> record.topic().equals(topic)).toList();
    }

    /** The stored offsets, as the REST interface would show them: maps of its own making. */
    synchronized Map<Map<String, ?>, Map<String, ?>> offsets() {
        Map<Map<String, ?>, Map<String, ?>> all = new HashMap<>();
        offsets.forEach((partition, offset) -> all.put(map(partition), map(offset)));
        return all;
    }

    /** As a task reads its offsets. */
    OffsetStorageReader reader() {
        return new Offsets();
    }

    /** As PATCH does. */
    synchronized void alter(Map<String, ?> partition, Map<String, ?> offset) {
        String key = text(map(text(partition)));
        if (offset == null) {
            offsets.remove(key);
        } else {
            offsets.put(key, text(offset));
        }
    }

    /** At any moment the worker may die: the index must lead to no state that there is not. */
    private void requireStatesOfTheIndex() {
        Map<Map<String, ?>, Map<String, ?>> all = offsets();
        all.forEach((partition, offset) -> {
            if (partition.containsKey("index")) {
                try {
                    for (String job : SourceOffsets.segment(partition, offset).jobs()) {
                        if (!all.containsKey(SourceOffsets.partition((String) partition.get("source"), job))) {
                            throw new IllegalStateException("the index leads to no state of " + job);
                        }
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        });
    }

    /** From now on the offset cannot be read. */
    void damage(Map<String, ?> partition) {
        damaged.add(text(partition));
    }

    /** A task that runs until it is closed. */
    Run start(Map<String, String> properties) {
        return start(properties, new FineTuneSourceTask());
    }

    /** The same, with a task made by the test. */
    Run start(Map<String, String> properties, FineTuneSourceTask task) {
        return new Run(properties, Integer.MAX_VALUE, false, task);
    }

    /**
     * A worker that dies at a record, counted from its start.
     *
     * @param heard whether the transaction with the record is committed nevertheless
     */
    Run startToDie(Map<String, String> properties, int record, boolean heard) {
        return new Run(properties, record, heard, new FineTuneSourceTask());
    }

    /** A transform drops these, and with them their offsets. */
    void drop(Predicate<SourceRecord> some) {
        dropped = some;
    }

    /** At once for all who read offsets, other tasks among them: the cluster shows no part of a transaction. */
    private synchronized void store(List<SourceRecord> written) {
        written.stream().filter(dropped.negate()).forEach(record -> {
            offsets.put(text(record.sourcePartition()), text(record.sourceOffset()));
            records.add(record);
        });
        if (written.stream().anyMatch(record -> record.sourcePartition().containsKey("index"))) {
            requireStatesOfTheIndex();
        }
    }

    private static String text(Map<String, ?> map) {
        try {
            return JSON.writeValueAsString(map);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(String text) {
        try {
            return JSON.readValue(text, HashMap.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What runs until it is closed. */
    interface Running extends AutoCloseable {

        /** Why it runs no more; null while it does, or was closed. */
        Throwable failure();
    }

    /** The tasks of one connector. */
    record Runs(List<Run> all) implements Running {

        @Override
        public Throwable failure() {
            return all.stream().map(Run::failure).filter(Objects::nonNull).findFirst().orElse(null);
        }

        @Override
        public void close() {
            all.forEach(run -> run.stopping = true);
            all.forEach(Run::close);
        }
    }

    /** One task and its thread. */
    final class Run implements Running, SourceTaskContext, TransactionContext {

        private final FineTuneSourceTask task;
        private final Map<String, String> properties;
        private final int dies;
        private final boolean heard;
        private final Thread thread;
        private int seen;
        private SourceRecord boundary;
        private volatile boolean stopping;
        private volatile boolean dead;
        private volatile Throwable failure;

        private Run(Map<String, String> properties, int dies, boolean heard, FineTuneSourceTask task) {
            this.task = task;
            this.properties = properties;
            this.dies = dies;
            this.heard = heard;
            this.thread = new Thread(this::run, "fake-worker");
            // as on a worker whose class loader of plugins was not set
            thread.setContextClassLoader(ClassLoader.getPlatformClassLoader());
            thread.start();
        }

        private void run() {
            try {
                task.initialize(this);
                task.start(properties);
                while (!stopping && !dead) {
                    List<SourceRecord> polled = task.poll();
                    if (polled != null) {
                        write(polled);
                    }
                }
            } catch (Throwable e) {
                failure = e;
            } finally {
                task.stop();
            }
        }

        private void write(List<SourceRecord> polled) {
            if (new HashSet<>(polled).size() < polled.size() || transactional && polled.get(polled.size() - 1) != boundary) {
                throw new IllegalStateException("the transaction would end too early");
            }
            dead = seen + polled.size() >= dies;
            int written = !dead || transactional && heard ? polled.size() : transactional ? 0 : Math.max(0, dies - seen);
            store(polled.subList(0, written));
            seen += polled.size();
            if (!dead) {
                polled.forEach(record -> task.commitRecord(record, null));
                task.commit();
            }
        }

        boolean isDead() {
            return dead;
        }

        @Override
        public Throwable failure() {
            return failure;
        }

        boolean isOver() {
            return !thread.isAlive();
        }

        @Override
        public void close() {
            stopping = true;
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public Map<String, String> configs() {
            return properties;
        }

        @Override
        public OffsetStorageReader offsetStorageReader() {
            return reader();
        }

        @Override
        public TransactionContext transactionContext() {
            return transactional ? this : null;
        }

        @Override
        public void commitTransaction() {
            throw new UnsupportedOperationException("it would commit a part of a page that a stop ends early");
        }

        @Override
        public void commitTransaction(SourceRecord record) {
            boundary = record;
        }

        @Override
        public void abortTransaction() {
            throw new UnsupportedOperationException("it commits the offsets");
        }

        @Override
        public void abortTransaction(SourceRecord record) {
            throw new UnsupportedOperationException("it commits the offsets");
        }
    }

    private final class Offsets implements OffsetStorageReader {

        @Override
        public <T> Map<String, Object> offset(Map<String, T> partition) {
            throw new UnsupportedOperationException("it does not tell damaged from absent");
        }

        @Override
        public <T> Map<Map<String, T>, Map<String, Object>> offsets(Collection<Map<String, T>> partitions) {
            synchronized (FakeWorker.this) {
                Map<Map<String, T>, Map<String, Object>> found = new HashMap<>();
                for (Map<String, T> partition : partitions) {
                    String offset = offsets.get(text(partition));
                    if (!damaged.contains(text(partition))) {
                        found.put(partition, offset == null ? null : map(offset));
                    }
                }
                return found;
            }
        }
    }

    List<String> values(String topic) {
        return records(topic).stream().map(record -> (String) record.value()).toList();
    }
}
