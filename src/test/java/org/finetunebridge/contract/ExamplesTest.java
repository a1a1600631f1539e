package org.finetunebridge.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.junit.jupiter.api.Test;

/** What the examples do without a broker; {@code ExamplesIT} runs them with one. */
class ExamplesTest {

    private static final Path EXAMPLES = Path.of("docs/examples");

    @Test
    void theRouteDeploysAJobThatSucceededAndNothingElse() throws Exception {
        try (CamelContext context = new DefaultCamelContext()) {
            var properties = new Properties();
            properties.putAll(Map.of("bridge.kafka.brokers", "127.0.0.1:1", "deploy.url", "mock:deploy", "deploy.dry-run", "false"));
            context.getPropertiesComponent().setOverrideProperties(properties);
            PluginHelper.getRoutesLoader(context).loadRoutes(PluginHelper.getResourceLoader(context).resolveResource(
                    "file:" + EXAMPLES.resolve("deploy-when-succeeded.camel.yaml").toAbsolutePath()));
            AdviceWith.adviceWith(context, "deploy-when-succeeded", advice -> advice.replaceFromWith("direct:events"));
            context.start();

            for (String event : List.of(event("job.status-changed", "RUNNING"), event("job.status-changed", "SUCCEEDED"),
                    event("checkpoint.changed", "SUCCEEDED"), event("job.status-changed", "FAILED"))) {
                context.createProducerTemplate().sendBody("direct:events", event);
            }

            List<Exchange> deployed = context.getEndpoint("mock:deploy", MockEndpoint.class).getExchanges();
            assertThat(deployed).hasSize(1);
            assertThat(deployed.get(0).getMessage().getHeader("Idempotency-Key")).isEqualTo("id-SUCCEEDED");
            assertThat(deployed.get(0).getMessage().getBody(String.class))
                    .isEqualTo("{\"jobId\":\"ft-\\\"1\",\"status\":\"SUCCEEDED\",\"outputModel\":\"m\",\"deployModel\":\"m\"}");
        }
    }

    @Test
    void theReadmeNamesEveryExample() throws Exception {
        String readme = Files.readString(EXAMPLES.resolve("README.md"));

        assertThat(readme).contains("EventReader.java", "deploy-when-succeeded.camel.yaml", "notify-slack.camel.yaml",
                "webhook.camel.yaml", "WebhookSigner.java", "MlflowForwarder.java", "finetune_dag.py", "finetune_events.py", "read_committed");
    }

    private static String event(String kind, String status) {
        return "{\"type\":\"org.finetunebridge." + kind + ".v1\",\"id\":\"id-" + status
                + "\",\"data\":{\"jobId\":\"ft-\\\"1\",\"status\":\"" + status + "\",\"outputModel\":\"m\"}}";
    }
}
