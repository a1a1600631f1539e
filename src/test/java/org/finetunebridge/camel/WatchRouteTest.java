package org.finetunebridge.camel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.builder.NotifyBuilder;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.spi.Registry;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.apache.camel.test.junit5.TestExecutionConfiguration;
import org.junit.jupiter.api.Test;

/** {@code watch.camel.yaml}: a sweep reads whatever is due, side by side, until nothing is left. */
class WatchRouteTest extends CamelTestSupport {

    private final List<String> steps = new CopyOnWriteArrayList<>();
    private final Deque<List<String>> rounds = new ArrayDeque<>();
    private CyclicBarrier barrier = new CyclicBarrier(1);
    private boolean broken;

    @Override
    public void configureTest(TestExecutionConfiguration test) {
        super.configureTest(test);
        test.withUseAdviceWith(true);
    }

    @Override
    protected void bindToRegistry(Registry registry) {
        registry.bind("acme-watch", new Watch());
        registry.bind("acme-workers", context().getExecutorServiceManager().newFixedThreadPool(this, "workers", 3));
    }

    @Test
    void readsWhatIsDueRoundByRound() throws Exception {
        rounds.add(List.of("list"));
        rounds.add(List.of());
        rounds.add(List.of("ft-1", "ft-2"));
        start();
        var read = new NotifyBuilder(context()).wereSentTo("mock:poll").whenDone(3).create();

        tick();

        assertThat(read.matches(10, TimeUnit.SECONDS)).isTrue();
        assertThat(steps).startsWith("begin", "list").endsWith("end").hasSize(5).contains("ft-1", "ft-2");
        getMockEndpoint("mock:poll").expectedMessageCount(3);
        getMockEndpoint("mock:poll").assertIsSatisfied();
    }

    /** Each waits for the two others: one after the other would never end. */
    @Test
    void readsSideBySide() throws Exception {
        barrier = new CyclicBarrier(3);
        rounds.add(List.of("ft-1", "ft-2", "ft-3"));
        start();

        assertThat(tick().getException()).isNull();
        assertThat(steps).hasSize(5).endsWith("end");
    }

    @Test
    void goesOnWithTheOthersIfOneCannotBeRead() throws Exception {
        rounds.add(List.of("ft-bad", "ft-1", "ft-2"));
        start();
        getMockEndpoint("mock:poll").whenExchangeReceived(1, exchange -> {
            throw new IllegalStateException("cannot be read");
        });

        tick();

        assertThat(steps).contains("ft-1", "ft-2").endsWith("end");
    }

    @Test
    void endsEverySweepEvenOneThatCannotBegin() throws Exception {
        broken = true;
        start();

        tick();

        assertThat(steps).containsExactly("begin", "end");
    }

    private void start() throws Exception {
        PluginHelper.getRoutesLoader(context()).loadRoutes(PluginHelper.getResourceLoader(context())
                .resolveResource("file:routes/watch.camel.yaml"));
        TemplatedRouteBuilder.builder(context(), "watch").routeId("acme-watch")
                .parameters(Map.of("source", "acme", "trigger", "direct:tick")).add();
        AdviceWith.adviceWith(context(), "acme-watch", advice -> advice.weaveByToUri(".*-poll").replace()
                .process(this::read).to("mock:poll"));
        context().start();
    }

    private void read(Exchange exchange) throws Exception {
        barrier.await(10, TimeUnit.SECONDS);
        steps.add(exchange.getMessage().getBody(String.class));
    }

    private Exchange tick() {
        return template().send("direct:tick", exchange -> { });
    }

    public final class Watch {
        public long jitter() {
            return 0;
        }

        public long pause() {
            return 1;
        }

        public void begin() {
            steps.add("begin");
            if (broken) {
                throw new IllegalStateException("nothing can be written");
            }
        }

        public boolean isSweeping() {
            return !rounds.isEmpty();
        }

        public List<String> due() {
            return rounds.remove();
        }

        public void end() {
            steps.add("end");
        }
    }
}
