package org.finetunebridge.karaf;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.finetunebridge.Bridge;
import org.finetunebridge.settings.BadSettings;
import org.finetunebridge.sink.Fenced;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one bridge running by the last configuration that can be used. Used by one thread, but for what is asked of
 * it.
 */
public final class Keeper {

    private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);

    private final Maker maker;
    private Map<String, String> current;
    private volatile Bridge bridge;
    private volatile String reason = "it was not configured yet";

    /** Makes a bridge that is not started. */
    interface Maker {
        Bridge make(Map<String, String> configuration) throws Exception;
    }

    Keeper(Maker maker) {
        this.maker = maker;
    }

    /** The bridge that runs, if one does. */
    public Optional<Bridge> bridge() {
        return Optional.ofNullable(bridge);
    }

    /** Why none runs, for a person. */
    public String reason() {
        return reason;
    }

    /** Runs by this from now on; if that is impossible, goes on as before. */
    void configure(Map<String, String> wanted) {
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

    void stop(String why) {
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
        try (Bridge trial = maker.make(wanted).unwatched()) {
            trial.init();
            return true;
        } catch (BadSettings e) {
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
        Bridge next = null;
        try {
            next = maker.make(wanted);
            next.init();
            next.settings().off().forEach(name -> LOG.info("{} is off: {}.api-key is not set", name, name));
            current = wanted;
            if (next.settings().sources().isEmpty()) {
                next.close();
                reason = "no source is on: set an api key, such as dashscope.api-key, in etc/org.finetunebridge.cfg";
                LOG.warn("FineTune Bridge waits: {}", reason);
                return true;
            }
            next.start();
            bridge = next;
            next.publisher().fenced().thenAccept(this::fenced);
            LOG.info("FineTune Bridge watches {}", next.settings().sources());
            return true;
        } catch (BadSettings e) {
            refuse(e.problems(), null);
        } catch (Exception e) {
            refuse(List.of(e.toString()), e);
        }
        if (next != null) {
            next.close();
        }
        return false;
    }

    /** Two would go on taking over from one another; a person has to say which. */
    private void fenced(Fenced why) {
        reason = why.getMessage();
        LOG.error("FineTune Bridge ended: {}. A change of its configuration or bundle:restart starts it again",
                why.getMessage());
    }
}
