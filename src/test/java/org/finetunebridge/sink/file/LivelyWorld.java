package org.finetunebridge.sink.file;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.finetunebridge.simulator.ExpectedFacts;
import org.finetunebridge.simulator.SimulatedAccount;
import org.finetunebridge.simulator.SimulatedJob;
import org.finetunebridge.simulator.Simulation;

/**
 * Two accounts in which something happens every few milliseconds, until {@link #rest}. MiniMax has no checkpoints. At further
 * providers one job each is trained, and measured.
 */
final class LivelyWorld implements AutoCloseable {

    /** Providers of the jobs that are measured. */
    static final List<String> MEASURED = List.of("openai", "azure-openai", "together", "mistral");
    private static final int JOBS_AT_ONCE = 6;
    private static final Map<String, String> NEXT = Map.of("PENDING", "QUEUED", "QUEUED", "RUNNING");

    final Simulation world = Simulation.empty();
    private final Random random = new Random(20_260_301);
    private final ScheduledExecutorService time = Executors.newSingleThreadScheduledExecutor();
    private final SimulatedAccount dashscope = world.account("dashscope");
    private final SimulatedAccount minimax = world.account("minimax");
    private final List<SimulatedJob> alive = new ArrayList<>();
    private final List<SimulatedJob> measured = new ArrayList<>();
    private int ticks;

    /** Begins with jobs that ended long ago, so that there are pages to read. */
    static LivelyWorld begin() {
        var lively = new LivelyWorld();
        lively.dashscope.finished(15, 3, 0);
        lively.minimax.finished(3, 0, 400);
        MEASURED.forEach(provider -> {
            lively.world.account(provider).finished(1, 2, 20);
            lively.measured.add(lively.world.account(provider).create().become("RUNNING"));
        });
        lively.time.scheduleAtFixedRate(lively::tick, 0, 10, TimeUnit.MILLISECONDS);
        return lively;
    }

    /** Nothing happens any more; returns what there is to see in the two accounts. */
    Map<String, ExpectedFacts> rest() {
        close();
        Map<String, ExpectedFacts> visible = ExpectedFacts.visible(world);
        MEASURED.forEach(provider -> world.account(provider).jobs().forEach(job -> visible.remove(job.id())));
        return visible;
    }

    @Override
    public void close() {
        time.shutdown();
        try {
            time.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tick() {
        if (alive.size() < JOBS_AT_ONCE) {
            alive.add((ticks % 2 == 0 ? dashscope : minimax).create());
        }
        SimulatedJob job = alive.get(random.nextInt(alive.size()));
        ticks++;
        // Every third line has measurements: DashScope's own, and one that MiniMax might write.
        job.publish("INFO", ticks % 3 > 0 ? "line " + ticks : dashscope.job(job.id()) != null ? null
                : "{\"step\":" + ticks + ",\"train_loss\":0." + ticks + '}');
        if (ticks % 5 == 0) {
            measured.get(random.nextInt(measured.size())).publish("INFO", null);
        }
        if (random.nextInt(20) == 0) {
            change(job);
        }
    }

    private void change(SimulatedJob job) {
        String next = NEXT.get(job.status());
        if (next != null) {
            job.become(next);
        } else if (dashscope.job(job.id()) != null && random.nextInt(4) > 0) {
            job.checkpoint("checkpoint-" + (1 + random.nextInt(5)) * 100, 100,
                    random.nextBoolean() ? "AVAILABLE_NOT_EXPORTED" : "READY");
        } else {
            alive.remove(job.become(random.nextBoolean() ? "SUCCEEDED" : "FAILED"));
        }
    }
}
