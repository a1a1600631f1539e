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

/** Two accounts in which something happens every few milliseconds, until {@link #rest}. MiniMax has no checkpoints. */
final class LivelyWorld implements AutoCloseable {

    private static final int JOBS_AT_ONCE = 6;
    private static final Map<String, String> NEXT = Map.of("PENDING", "QUEUED", "QUEUED", "RUNNING");

    final Simulation world = Simulation.empty();
    private final Random random = new Random(20_260_301);
    private final ScheduledExecutorService time = Executors.newSingleThreadScheduledExecutor();
    private final SimulatedAccount dashscope = world.account("dashscope");
    private final SimulatedAccount minimax = world.account("minimax");
    private final List<SimulatedJob> alive = new ArrayList<>();
    private int ticks;

    /** Begins with jobs that ended long ago, so that there are pages to read. */
    static LivelyWorld begin() {
        var lively = new LivelyWorld();
        lively.dashscope.finished(15, 3, 0);
        lively.minimax.finished(3, 0, 400);
        lively.time.scheduleAtFixedRate(lively::tick, 0, 10, TimeUnit.MILLISECONDS);
        return lively;
    }

    /** Nothing happens any more; returns what there is to see. */
    Map<String, ExpectedFacts> rest() {
        close();
        return ExpectedFacts.visible(world);
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
        job.publish("INFO", "line " + ticks++);
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
