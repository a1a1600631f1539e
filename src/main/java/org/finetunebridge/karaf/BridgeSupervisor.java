package org.finetunebridge.karaf;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.polling.SourcePoller;
import org.finetunebridge.replay.DeadLetterReplayer;
import org.finetunebridge.replay.ReplayOutcome;
import org.finetunebridge.settings.InvalidConfigurationException;
import org.finetunebridge.sink.InstanceFencedException;
import org.finetunebridge.sink.Publisher;
import org.finetunebridge.sink.SinkUnavailableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps one bridge running by the last configuration that can be used. Only its worker starts and stops anything. */
public final class BridgeSupervisor {

    private static final Logger LOG = LoggerFactory.getLogger(BridgeSupervisor.class);

    private final Maker maker;
    private final Executor worker;
    private Map<String, String> current;
    private volatile Bridge bridge;
    private volatile Bridge replaying;
    private volatile boolean ended;
    private volatile String reason = "it was not configured yet";

    /** Makes a bridge that is not started. */
    interface Maker {
        Bridge make(Map<String, String> configuration, boolean once) throws Exception;
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

    /** Tries the dead letters again; watching rests meanwhile, because there is one memory. */
    public CompletableFuture<ReplayOutcome> replay() {
        return CompletableFuture.supplyAsync(this::replayNow, worker);
    }

    /** Runs by this from now on; if that is impossible, goes on as before. */
    void configure(Map<String, String> wanted) {
        worker.execute(() -> configureNow(wanted));
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
            throw new IllegalStateException("nothing is watched: " + reason);
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
            next.settings().off().forEach(name -> LOG.info("{} is off: {}.api-key is not set", name, name));
            current = wanted;
            if (next.settings().sources().isEmpty()) {
                next.close();
                reason = "no source is on: set an api key, such as dashscope.api-key, in etc/org.finetunebridge.cfg";
                LOG.warn("FineTune Bridge waits: {}", reason);
                return true;
            }
            openSink(next.publisher());
            next.start();
            bridge = next;
            next.publisher().fenced().thenAccept(this::fenced);
            LOG.info("FineTune Bridge watches {}", next.settings().sources());
            return true;
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

    /** Two would go on taking over from one another; a person has to say which. */
    private void fenced(InstanceFencedException why) {
        reason = why.getMessage();
        LOG.error("FineTune Bridge ended: {}. A change of its configuration or bundle:restart starts it again",
                why.getMessage());
    }
}
