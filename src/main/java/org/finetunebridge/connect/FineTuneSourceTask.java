package org.finetunebridge.connect;

import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTask;
import org.apache.kafka.connect.source.TransactionContext;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.polling.JobShard;
import org.finetunebridge.settings.InvalidConfigurationException;
import org.finetunebridge.sink.SinkUnavailableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bridge that reads its part of the accounts on threads of its own, and gives the worker each commit as one batch of
 * records. In doubt it fails, and begins from the source offsets when it is started again.
 */
public final class FineTuneSourceTask extends SourceTask {

    /** Connect waits five seconds for a task that is to stop, and stops it between two polls. */
    private static final Duration POLL = Duration.ofMillis(400);
    private static final Logger LOG = LoggerFactory.getLogger(FineTuneSourceTask.class);

    private final InstantSource clock;
    private RecordHandover handover;
    private TransactionContext transactions;
    private Bridge bridge;

    /** As Connect makes it. */
    public FineTuneSourceTask() {
        this(Clock.tickMillis(ZoneOffset.UTC));
    }

    FineTuneSourceTask(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public String version() {
        return FineTuneSourceConnector.ownVersion();
    }

    @Override
    public void start(Map<String, String> properties) {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        // Camel and its libraries find their classes by it, and the threads that are started here inherit it.
        Thread.currentThread().setContextClassLoader(FineTuneSourceTask.class.getClassLoader());
        try {
            start(ConnectorSettings.of(properties), properties);
        } catch (InvalidConfigurationException e) {
            stop();
            throw new ConnectException("The configuration cannot be used: " + e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            stop();
            throw e;
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    private void start(ConnectorSettings settings, Map<String, String> properties) {
        transactions = context.transactionContext();
        if (transactions == null) {
            LOG.warn("Events are written at least once: a crash may repeat some under their same ids. For exactly once, set"
                    + " exactly.once.source.support=enabled on every worker and transaction.boundary=connector here");
        }
        Map<String, JobShard> accounts = new TreeMap<>(settings.shards());
        accounts.keySet().retainAll(settings.accounts());
        OffsetStates states = OffsetStates.read(context.offsetStorageReader(), accounts);
        LOG.info("{} with the state of {} jobs", accounts.keySet(), states.states().stream().filter(one -> !one.job().isEmpty()).count());
        handover = new RecordHandover(transactions != null, LOG::warn);
        Map<String, String> configuration = new TreeMap<>(settings.configuration());
        configuration.put("camel.main.name", "finetune-bridge-" + properties.getOrDefault(FineTuneSourceConnector.TASK, "connect"));
        configuration.put("camel.main.shutdownTimeout", "3");
        bridge = new Bridge(settings.files(), configuration, false, clock)
                .into("connect", new ConnectSink(settings, states, handover, transactions != null))
                .sharing(source -> settings.shards().getOrDefault(source, JobShard.WHOLE));
        bridge.init();
        bridge.context().setApplicationContextClassLoader(FineTuneSourceTask.class.getClassLoader());
        bridge.start();
    }

    @Override
    public List<SourceRecord> poll() throws InterruptedException {
        SinkUnavailableException failure = handover.failure();
        if (failure != null) {
            throw new ConnectException("Not certain what was written, or not writable: " + failure.getMessage(), failure);
        }
        List<SourceRecord> records = handover.take(POLL);
        if (records != null && transactions != null) {
            // The record, not the batch: of a batch that a stop ends early, Connect would commit the part that was sent.
            transactions.commitTransaction(records.get(records.size() - 1));
        }
        return records;
    }

    @Override
    public void commitRecord(SourceRecord record, RecordMetadata metadata) {
        handover.recordWritten();
    }

    @Override
    public void commit() {
        handover.committed();
    }

    /** On the thread of {@link #poll}. What was handed over and not confirmed is read again after the next start. */
    @Override
    public void stop() {
        if (handover != null) {
            handover.fail(new SinkUnavailableException("the task stops", null));
        }
        if (bridge != null) {
            bridge.close();
            bridge = null;
        }
    }
}
