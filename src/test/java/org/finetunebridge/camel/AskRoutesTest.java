package org.finetunebridge.camel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.apache.camel.test.junit5.TestExecutionConfiguration;
import org.junit.jupiter.api.Test;

/** What each provider's routes ask for, word for word. */
class AskRoutesTest extends CamelTestSupport {

    @Override
    public void configureTest(TestExecutionConfiguration test) {
        super.configureTest(test);
        test.withUseAdviceWith(true);
    }

    @Override
    protected void doPostSetup() throws Exception {
        load("dashscope", "jobs", "job", "checkpoints");
        load("minimax", "jobs", "events", "ask");
        for (String asks : List.of("dashscope-jobs", "dashscope-job", "dashscope-checkpoints", "minimax-ask")) {
            AdviceWith.adviceWith(context(), asks,
                    advice -> advice.weaveByToUri(".*-fetch").replace().to("mock:fetch"));
        }
        context().start();
    }

    @Test
    void asksDashScopeByPath() {
        assertThat(asked("dashscope-jobs").getHeaders()).containsOnly(
                Map.entry("CamelHttpMethod", "GET"), Map.entry("CamelHttpPath", "/api/v1/fine-tunes"),
                Map.entry("CamelHttpQuery", "page_no=3&page_size=100"));
        assertThat(asked("dashscope-job").getHeaders()).containsOnly(
                Map.entry("CamelHttpMethod", "GET"), Map.entry("CamelHttpPath", "/api/v1/fine-tunes/ft%2F1"));
        assertThat(asked("dashscope-checkpoints").getHeaders()).containsOnly(
                Map.entry("CamelHttpMethod", "GET"),
                Map.entry("CamelHttpPath", "/api/v1/fine-tunes/ft%2F1/checkpoints"));
    }

    @Test
    void asksMiniMaxByBody() {
        assertThat(asked("minimax-jobs").getBody()).isEqualTo("{\"limit\":100,\"after\":\"300\"}");
        Message events = asked("minimax-events");
        assertThat(events.getBody())
                .isEqualTo("{\"fine_tuning_job_id\":\"1\\\"7\",\"limit\":100,\"after\":\"300\"}");
        assertThat(events.getHeaders()).containsOnly(Map.entry("CamelHttpMethod", "POST"),
                Map.entry("CamelHttpPath", "/v1/list_finetune_event"), Map.entry("Content-Type", "application/json"),
                Map.entry("CamelHttpQuery", "GroupId=g%201"));
    }

    private Message asked(String route) {
        template().send("direct:" + route, exchange -> {
            exchange.setVariable("poll", new Reading("any"));
            exchange.setVariable("group-id", "g%201");
        });
        List<Exchange> received = getMockEndpoint("mock:fetch").getReceivedExchanges();
        return received.get(received.size() - 1).getMessage();
    }

    private void load(String provider, String... templates) throws Exception {
        PluginHelper.getRoutesLoader(context()).loadRoutes(PluginHelper.getResourceLoader(context())
                .resolveResource("file:routes/" + provider + ".camel.yaml"));
        for (String template : templates) {
            TemplatedRouteBuilder.builder(context(), provider + '-' + template).routeId(provider + '-' + template)
                    .parameters(Map.of("source", provider)).add();
        }
    }
}
