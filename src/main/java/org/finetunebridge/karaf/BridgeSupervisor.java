package org.finetunebridge.karaf;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.polling.SourcePoller;
import org.finetunebridge.replay.DeadLetterReplayer;
import org.finetunebridge.replay.ReplayOutcome;
import org.finetunebridge.settings.InvalidConfigurationException;
import org.finetunebridge.settings.SettingsReader;
import org.finetunebridge.sink.InstanceFencedException;
import org.finetunebridge.sink.Publisher;
import org.finetunebridge.sink.SinkUnavailableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one bridge running by the last configuration that can be used. Only its worker starts and stops anything.
 *
 * <p>A bridge that another instance fenced is stopped and stays so until the configuration changes. Once {@link #end} was
 * called no bridge starts any more, and one that was being started is closed.
 */
public final class BridgeSupervisor {

    private static final Logger LOG = LoggerFactory.getLogger(BridgeSupervisor.class);

    private final Maker maker;
    private final Executor worker;
    private Map<String, String> current;
    private volatile Map<String, String> latest;
    private volatile Bridge bridge;
    private volatile Bridge replaying;
    private volatile boolean ended;
    private volatile String reason = "it was not configured yet";

    /** Makes a bridge that is not started. */
    interface Maker {
        Bridge make(Map<String, String> configuration, boolean once) throws Exception;

        /** What somebody may have overlooked in the configuration of the last bridge, one line each. */
        default List<String> hints() {
            return List.of();
        }
    }

    BridgeSupervisor(Maker maker, Executor worker) {
        this.maker = maker;
        this.worker = worker;
    }

    /** The bridge that runs, if one does. */
    public Optional<Bridge> bridge() {
        return Optional.ofNullable(bridge);
    }

    /** Why none runs, for a person. */
    public String reason() {
        return reason;
    }

    /** Replays the dead letters; polling pauses meanwhile, because only one bridge may use the state. */
    public CompletableFuture<ReplayOutcome> replay() {
        return CompletableFuture.supplyAsync(this::replayNow, worker);
    }

    /** Runs by this from now on; if that is impossible, goes on as before. */
    void configure(Map<String, String> wanted) {
        latest = wanted;
        worker.execute(() -> {
            // Of several changes that came while the worker was busy only the last is worth a restart.
            if (wanted == latest) {
                configureNow(wanted);
            }
        });
    }

    /** Stops for good; completed when everything is committed and closed. */
    CompletableFuture<Void> end() {
        ended = true;
        Bridge busy = replaying;
        if (busy != null) {
            busy.pollers().forEach(SourcePoller::stop);
        }
        return CompletableFuture.runAsync(() -> stop("the bundle stops"), worker);
    }

    private void configureNow(Map<String, String> wanted) {
        boolean runs = bridge != null;
        if (runs && (wanted.equals(current) || !canBeUsed(wanted))) {
            return;
        }
        Map<String, String> before = current;
        stop("it is being restarted");
        if (!run(wanted) && runs) {
            LOG.warn("Going back to the configuration before");
            run(before);
        }
    }

    private ReplayOutcome replayNow() {
        if (bridge == null) {
            throw new IllegalStateException("nothing is polled: " + reason);
        }
        stop("its dead letters are being replayed");
        try (Bridge once = maker.make(current, true)) {
            once.init();
            replaying = once;
            return new DeadLetterReplayer(once).run();
        } catch (Exception e) {
            throw new IllegalStateException("not replayed: " + e.getMessage(), e);
        } finally {
            replaying = null;
            run(current);
        }
    }

    private void stop(String why) {
        Bridge running = bridge;
        reason = why;
        bridge = null;
        if (running != null) {
            running.close();
            LOG.info("FineTune Bridge stopped");
        }
    }

    /** Tried beside the bridge that runs: everything is read and nothing is started, so neither disturbs the other. */
    private boolean canBeUsed(Map<String, String> wanted) {
        try (Bridge trial = maker.make(wanted, false).unwatched()) {
            trial.init();
            return true;
        } catch (InvalidConfigurationException e) {
            refuse(e.problems(), null);
        } catch (Exception e) {
            refuse(List.of(e.toString()), e);
        }
        return false;
    }

    private void refuse(List<String> problems, Exception cause) {
        String then = bridge == null ? "nothing runs until it is mended" : "the one before it stays in use";
        LOG.error("The configuration org.finetunebridge cannot be used; {}: {}", then, String.join("; ", problems),
                cause);
        reason = "its configuration cannot be used: " + String.join("; ", problems);
    }

    private boolean run(Map<String, String> wanted) {
        if (ended) {
            return true;
        }
        Bridge next = null;
        try {
            next = maker.make(wanted, false).served();
            next.init();
            Stream.concat(maker.hints().stream(), SettingsReader.warnings(next.settings()).stream())
                    .forEach(LOG::warn);
            next.settings().off().forEach(name -> LOG.info("{} is off: {}.api-key is not set", name, name));
            current = wanted;
            if (next.settings().sources().isEmpty()) {
                next.close();
                reason = "no source is on: set an api key, such as dashscope.api-key, in etc/org.finetunebridge.cfg";
                LOG.warn("FineTune Bridge waits: {}", reason);
                return true;
            }
            openSink(next.publisher());
            if (!ended) {
                next.start();
                bridge = next;
                watch(next);
                LOG.info("FineTune Bridge watches {}", next.settings().sources());
            }
            if (ended) {
                // The stop that was asked for may have been dropped with the worker's queue.
                bridge = null;
                next.close();
            }
            return true;
        } catch (InstanceFencedException e) {
            fenced(e);
        } catch (InvalidConfigurationException e) {
            refuse(e.problems(), null);
        } catch (Exception e) {
            refuse(List.of(e.toString()), e);
        }
        if (next != null) {
            next.close();
        }
        return false;
    }

    /** What is misconfigured shows before anything is read; what is only away may come back. */
    private static void openSink(Publisher publisher) {
        try {
            publisher.session();
        } catch (SinkUnavailableException e) {
            if (e.getCause() instanceof InvalidConfigurationException wrong) {
                throw wrong;
            }
            LOG.warn("The sink cannot be written yet: {}", e.getMessage());
        }
    }

    /** Two instances would go on taking over from one another; a person has to say which one stops. */
    private void watch(Bridge running) {
        running.publisher().fenced().thenAcceptAsync(why -> {
            if (bridge == running) {
                stop(why.getMessage());
                fenced(why);
            }
        }, worker);
    }

    private void fenced(InstanceFencedException why) {
        reason = why.getMessage();
        LOG.error("FineTune Bridge stopped: {}. A change of its configuration or bundle:restart starts it again",
                why.getMessage());
    }
}
