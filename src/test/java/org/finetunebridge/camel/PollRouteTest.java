package org.finetunebridge.camel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.builder.NotifyBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.main.MainConfigurationProperties;
import org.apache.camel.spi.Registry;
import org.apache.camel.test.junit5.TestExecutionConfiguration;
import org.apache.camel.test.main.junit5.CamelMainTestSupport;
import org.finetunebridge.sink.SinkUnavailableException;
import org.junit.jupiter.api.Test;

/** {@code poll.camel.yaml} and {@code errors.camel.yaml}: what follows what, and who deals with a failure. */
class PollRouteTest extends CamelMainTestSupport {

    private final List<String> steps = new CopyOnWriteArrayList<>();
    private final Reading reading = new Reading("jobs", "checkpoints");
    private Object published = "a dead letter";

    @Override
    public void configureTest(TestExecutionConfiguration test) {
        super.configureTest(test);
        test.withUseAdviceWith(true);
    }

    @Override
    protected void configure(MainConfigurationProperties configuration) {
        configuration.withRoutesIncludePattern("file:routes/poll.camel.yaml,file:routes/errors.camel.yaml");
        configuration.withBasePackageScanEnabled(false);
    }

    @Override
    protected void bindToRegistry(Registry registry) {
        new Steps().processors().forEach(registry::bind);
        registry.bind("poll-failures", new Failures());
    }

    @Test
    void publishesEveryPageBeforeItIsPassed() throws Exception {
        start();

        poll();

        assertThat(steps).containsExactly("ready", "jobs", "map acme jobs", "observe", "publish a page", "passed",
                "ready", "checkpoints", "map acme checkpoints", "observe", "publish a page", "passed");
    }

    @Test
    void endsAtAFailureAndPublishesItsDeadLetter() throws Exception {
        start();
        failing("direct:acme-checkpoints", new IllegalStateException("no answer"));

        Exchange exchange = poll();

        assertThat(steps).endsWith("passed", "ready", "checkpoints", "failed no answer", "publish a dead letter");
        assertThat(exchange.getException()).isNull();
    }

    @Test
    void publishesNothingIfThereIsNoDeadLetterOfAFailure() throws Exception {
        published = null;
        start();
        failing("direct:acme-jobs", new IllegalStateException("no answer"));

        poll();

        assertThat(steps).containsExactly("ready", "jobs", "failed no answer");
    }

    @Test
    void doesNotPassAPageThatIsNotPublished() throws Exception {
        published = null;
        start();
        failing("direct:publish", new SinkUnavailableException("disk full", null));

        Exchange exchange = poll();

        assertThat(steps).containsExactly("ready", "jobs", "map acme jobs", "observe", "publish a page",
                "failed disk full");
        assertThat(exchange.getException()).isNull();
    }

    @Test
    void forgetsADeadLetterThatIsNotPublished() throws Exception {
        start();
        failing("direct:publish", new SinkUnavailableException("disk full", null));

        Exchange exchange = poll();

        assertThat(steps).endsWith("failed disk full", "publish a dead letter", "unpublished disk full");
        assertThat(exchange.getException()).isNull();
    }

    private Exchange poll() {
        var done = new NotifyBuilder(context()).fromRoute("poll").whenDone(1).create();
        Exchange exchange = template().send("direct:poll", sent -> sent.getMessage().setBody(reading));
        assertThat(done.matches(10, TimeUnit.SECONDS)).isTrue();
        return exchange;
    }

    private void start() throws Exception {
        CamelContext camel = context();
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                for (String name : List.of("acme-jobs", "acme-checkpoints", "publish")) {
                    from("direct:" + name).routeId(name).errorHandler(noErrorHandler())
                            .process(exchange -> steps.add(name.equals("publish")
                                    ? "publish " + exchange.getMessage().getBody() : name.replace("acme-", "")))
                            .to("mock:" + name);
                }
            }
        });
        camel.start();
    }

    private void failing(String endpoint, Exception why) throws Exception {
        AdviceWith.adviceWith(context(), endpoint.replace("direct:", ""), advice ->
                advice.weaveByToUri("mock:*").replace().throwException(why));
    }

    private final class Steps {

        Map<String, Processor> processors() {
            return Map.of("poll-begin", this::begin, "poll-prepare", this::prepare, "poll-map", this::map,
                    "poll-detect", this::detect, "poll-published", this::published);
        }

        private void begin(Exchange exchange) {
            exchange.setVariable("provider", "acme");
            exchange.setVariable("reading", reading.isReading());
        }

        private void prepare(Exchange exchange) {
            exchange.setVariable("resource", reading.resource());
            steps.add("ready");
        }

        private void published(Exchange exchange) {
            steps.add("passed");
            reading.passed();
            exchange.setVariable("reading", reading.isReading());
        }

        private void map(Exchange exchange) {
            steps.add("map " + exchange.getVariable("provider") + " " + exchange.getVariable("resource"));
        }

        private void detect(Exchange exchange) {
            steps.add("observe");
            exchange.getMessage().setBody("a page");
        }
    }

    public final class Failures {
        public Object failed(Exchange exchange) {
            steps.add("failed " + cause(exchange));
            return published;
        }

        public void rolledBack(Exchange exchange) {
            steps.add("unpublished " + cause(exchange));
        }

        public void unpublishable(Exchange exchange) {
            steps.add("unpublishable " + cause(exchange));
        }

        private String cause(Exchange exchange) {
            return exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class).getMessage();
        }
    }
}
