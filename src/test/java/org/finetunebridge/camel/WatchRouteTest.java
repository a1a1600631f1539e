package org.finetunebridge.camel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.spi.Registry;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.Test;

/** {@code watch.camel.yaml}: each trigger is one tick of all accounts of the schedule. */
class WatchRouteTest extends CamelTestSupport {

    private final AtomicInteger ticks = new AtomicInteger();

    @Override
    protected void bindToRegistry(Registry registry) {
        registry.bind("schedule-30s", new Watch());
    }

    @Test
    void ticksAtEachTrigger() throws Exception {
        PluginHelper.getRoutesLoader(context()).loadRoutes(PluginHelper.getResourceLoader(context())
                .resolveResource("file:routes/watch.camel.yaml"));
        TemplatedRouteBuilder.builder(context(), "watch").routeId("watch-30s")
                .parameters(Map.of("schedule", "30s", "trigger", "direct:tick")).add();

        template().sendBody("direct:tick", null);
        template().sendBody("direct:tick", null);

        assertThat(ticks).hasValue(2);
    }

    public final class Watch {
        public void tick() {
            ticks.incrementAndGet();
        }
    }
}
