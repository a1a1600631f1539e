package org.finetunebridge.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.tools.ToolProvider;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.finetunebridge.InstalledProgram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What consumers in {@code docs/examples} make of events, without a broker. */
class ExampleConsumersIT {

    private static final Path EXAMPLES = Path.of("docs/examples");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile String tag = "";
    @TempDir
    private Path out;

    @Test
    void theBestCheckpointIsDeployedWhereItHasAModel() throws Exception {
        try (CamelContext context = new DefaultCamelContext()) {
            String best = "'summary':{'bestCheckpoint':{'checkpoint':'c','step':2,'validationLoss':1.1%s}}";
            List<Exchange> sent = run(context, "deploy-when-succeeded", Map.of("deploy.url", "mock:deploy", "deploy.dry-run", "false"), "mock:deploy",
                    event("job.status-changed", "'status':'SUCCEEDED','outputModel':'m'"),
                    event("job.status-changed", "'status':'SUCCEEDED','outputModel':'m'," + best.formatted("")),
                    event("job.status-changed", "'status':'SUCCEEDED','outputModel':'m'," + best.formatted(",'outputModel':'m, \\'c) \\u00fc'")));

            assertThat(sent).extracting(one -> JSON.readTree(one.getMessage().getBody(String.class)).path("deployModel").asText())
                    .containsExactly("m", "m", "m, \"c) \u00fc");
        }
    }

    @Test
    void nothingIsDeployedUntilItIsAskedFor() throws Exception {
        try (CamelContext context = new DefaultCamelContext()) {
            assertThat(run(context, "deploy-when-succeeded", Map.of("deploy.url", "mock:deploy"), "mock:deploy",
                    event("job.status-changed", "'status':'SUCCEEDED','outputModel':'m'"))).isEmpty();
        }
    }

    /** What a provider wrote into a message cannot leave the text that it stands in. */
    @Test
    void theChatHearsOfEndsOfSilenceAndOfCheckpoints() throws Exception {
        try (CamelContext context = new DefaultCamelContext()) {
            List<Exchange> said = run(context, "notify-slack", Map.of("notify.slack.url", "mock:slack"), "mock:slack",
                    event("job.status-changed", "'status':'RUNNING','terminal':false"),
                    event("log.appended", "'message':'x'"),
                    event("job.status-changed", "'status':'FAILED','terminal':true,'error':{'message':'a \\'b\\', \\u0007'}"),
                    event("job.stalled", "'since':'2026-01-01T00:00:00Z','status':'RUNNING'"),
                    event("checkpoint.expiring", "'checkpoint':'c-1','expiresAt':'2026-01-04T00:00:00Z'"),
                    event("job.status-changed", "'status':'SUCCEEDED','terminal':true,'outputModel':'m'"));

            assertThat(said).hasSize(4);
            assertThat(text(said.get(3))).isEqualTo("team job ft-1: SUCCEEDED m");
            assertThat(text(said.get(0))).startsWith("team job ft-1: FAILED").endsWith("a \"b\", \u0007");
            assertThat(text(said.get(1))).isEqualTo("team job ft-1: nothing new since 2026-01-01T00:00:00Z");
            assertThat(text(said.get(2))).isEqualTo("team job ft-1: checkpoint c-1 is deleted at 2026-01-04T00:00:00Z");
            assertThat(said.get(0).getMessage().getHeader("CamelHttpMethod")).isEqualTo("POST");
        }
    }

    /** What a provider wrote cannot begin a header, and headers in Kafka are none of the mail. */
    @Test
    void theMailHasOneSubjectWhateverAJobIsCalled() throws Exception {
        try (CamelContext context = new DefaultCamelContext()) {
            List<Exchange> sent = run(context, "notify-mail", Map.of("notify.mail.server", "mock:mail", "notify.mail.from", "a@b", "notify.mail.to", "c@d"),
                    "mock:mail", event("metrics.recorded", "'step':1"),
                    event("job.status-changed", "'status':'RUNNING','terminal':false"),
                    event("job.status-changed", "'status':'FAILED','terminal':true,'error':{'message':'line 3'}").replace("\"subject\":\"ft-1\"", "\"subject\":\"ft\\r\\nBcc: x@y\""),
                    event("job.stalled", "'since':'2026-01-01T00:00:00Z','status':'RUNNING'"),
                    event("checkpoint.expiring", "'checkpoint':'c-1','expiresAt':'2026-01-04T00:00:00Z'"));

            assertThat(sent).extracting(one -> one.getMessage().getHeader("Subject")).containsExactly("team job ft??Bcc: x@y: FAILED",
                    "team job ft-1: nothing new since 2026-01-01T00:00:00Z", "team job ft-1: a checkpoint is deleted at 2026-01-04T00:00:00Z");
            assertThat(sent.get(0).getMessage().getBody(String.class)).contains("error: line 3", "model: \n");
            assertThat(sent).allSatisfy(one -> assertThat(one.getMessage().getHeaders()).containsOnlyKeys("Subject", "From", "To", "X-Finetune-Event"));
        }
    }

    @Test
    void theWebhookIsSignedAsItsReceiverChecksIt() throws Exception {
        try (CamelContext context = new DefaultCamelContext()) {
            context.getClassResolver().addClassLoader(compiled("WebhookSigner.java"));
            String event = event("job.stalled", "'since':'\u00fc','status':'RUNNING'");
            List<Exchange> sent = run(context, "webhook", Map.of("webhook.url", "mock:hook", "webhook.secret", "whsec_c2VjcmV0"),
                    "mock:hook", event("log.appended", "'message':'x'"), event);

            assertThat(sent).hasSize(1);
            Message message = sent.get(0).getMessage();
            assertThat(message.getBody(String.class)).isEqualTo(event);
            assertThat(message.getHeader("Idempotency-Key")).isEqualTo("id-1").isEqualTo(message.getHeader("webhook-id"));
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec("secret".getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            String time = message.getHeader("webhook-timestamp", String.class);
            byte[] expected = mac.doFinal(("id-1." + time + '.' + event).getBytes(StandardCharsets.UTF_8));
            assertThat(message.getHeader("webhook-signature")).isEqualTo("v1," + Base64.getEncoder().encodeToString(expected));
            assertThat(Long.parseLong(time)).isCloseTo(Instant.now().getEpochSecond(), within(60L));
        }
    }

    /** A second forwarder, as after a crash, finds the run that there is. */
    @Test
    void theForwarderMakesOneRunOfAJob() throws Exception {
        HttpServer mlflow = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        mlflow.createContext("/", this::mlflow);
        mlflow.start();
        try {
            Class<?> type = compiled("MlflowForwarder.java").loadClass("MlflowForwarder");
            var making = type.getDeclaredConstructor(String.class, String.class);
            var forward = type.getDeclaredMethod("forward", JsonNode.class);
            making.setAccessible(true);
            forward.setAccessible(true);
            for (int start = 0; start < 2; start++) {
                Object forwarder = making.newInstance("http://127.0.0.1:" + mlflow.getAddress().getPort(), "7");
                for (String event : List.of(
                        event("job.status-changed", "'status':'RUNNING','hyperParameters':{'n_epochs':3,'lr':'1e-5'}"),
                        event("metrics.recorded", "'step':20,'values':{'trainLoss':0.5},'origin':'log'"),
                        event("job.status-changed", "'status':'SUCCEEDED','outputModel':'m'"))) {
                    forward.invoke(forwarder, JSON.readTree(event));
                }
            }
        } finally {
            mlflow.stop(0);
        }
        assertThat(asked).filteredOn(one -> one.startsWith("runs/create")).hasSize(1);
        assertThat(asked).filteredOn(one -> one.startsWith("runs/search")).hasSize(2);
        assertThat(asked.stream().filter(one -> one.startsWith("runs/log") || one.startsWith("runs/update")).limit(5))
                .containsExactly("runs/log-batch {'run_id':'r-1','params':[{'key':'n_epochs','value':'3'},{'key':'lr','value':'1e-5'}],"
                        + "'tags':[{'key':'finetune.status','value':'RUNNING'}]}",
                        "runs/update {'run_id':'r-1','status':'RUNNING'}",
                        "runs/log-batch {'run_id':'r-1','metrics':[{'key':'trainLoss','value':0.5,'timestamp':1767225600000,'step':20}]}",
                        "runs/log-batch {'run_id':'r-1','tags':[{'key':'finetune.status','value':'SUCCEEDED'},"
                                + "{'key':'finetune.outputModel','value':'m'}]}",
                        "runs/update {'run_id':'r-1','status':'FINISHED','end_time':1767225600000}");
    }

    /** Airflow is not installed here: what needs it is only parsed. */
    @Test
    void airflowIsGivenTheJobsThatSucceeded() throws Exception {
        Path python = InstalledProgram.require("python3", "the examples for Airflow by Python");
        Path messages = Files.writeString(out.resolve("messages"), String.join("\n",
                event("job.status-changed", "'status':'SUCCEEDED','outputModel':'m'"),
                event("job.status-changed", "'status':'FAILED','error':{'message':'e'}"),
                event("job.status-changed", "'status':'RUNNING'"), event("log.appended", "'message':'x'"), "no json", "[]", "7", ""));
        String script = "import ast, json, sys, finetune_events as f\n"
                + "ast.parse(open('finetune_dag.py').read())\n"
                + "class Record:\n"
                + "    def __init__(self, text): self.text = text\n"
                + "    def value(self): return self.text.encode()\n"
                + "lines = open(sys.argv[1]).read().split('\\n')\n"
                + "print(json.dumps([[f.succeeded(Record(one)) for one in lines], [(f.ended(one) or {}).get('error') for one in lines]]))\n";
        Path said = out.resolve("said");
        Process process = new ProcessBuilder(python.toString(), "-B", "-c", script, messages.toAbsolutePath().toString())
                .directory(EXAMPLES.resolve("airflow").toFile()).redirectErrorStream(true).redirectOutput(said.toFile()).start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(said)).isZero();
        assertThat(JSON.readTree(said.toFile())).isEqualTo(JSON.readTree(("[[{'id':'id-1','account':'team','job':'ft-1','status':"
                + "'SUCCEEDED','model':'m','error':null},null,null,null,null,null,null,null],"
                + "[null,'e',null,null,null,null,null,null]]").replace('\'', '"')));
    }

    /** An MLflow that has one run at most. */
    private void mlflow(HttpExchange exchange) throws IOException {
        JsonNode body = JSON.readTree(exchange.getRequestBody());
        String path = exchange.getRequestURI().getPath().replace("/api/2.0/mlflow/", "");
        asked.add((path + ' ' + body).replace('"', '\''));
        boolean found = !tag.isEmpty() && body.path("filter").asText().contains("'" + tag + "'");
        String run = "{'info':{'run_id':'r-1'}}";
        String answer = path.equals("runs/create") ? "{'run':" + run + "}" : found ? "{'runs':[" + run + "]}" : "{}";
        tag = path.equals("runs/create") ? body.at("/tags/0/value").asText() : tag;
        byte[] bytes = answer.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    /** What came out at the end of the routes of the file of this name, their topic replaced by these events. */
    private static List<Exchange> run(CamelContext context, String name, Map<String, String> keys, String to, String... events)
            throws Exception {
        var properties = new Properties();
        properties.putAll(keys);
        properties.put("bridge.kafka.brokers", "127.0.0.1:1");
        context.getPropertiesComponent().setOverrideProperties(properties);
        PluginHelper.getRoutesLoader(context).loadRoutes(PluginHelper.getResourceLoader(context).resolveResource(
                "file:" + EXAMPLES.resolve(name + ".camel.yaml").toAbsolutePath()));
        AdviceWith.adviceWith(context, name, advice -> advice.replaceFromWith("direct:events"));
        context.start();
        for (String event : events) {
            context.createProducerTemplate().sendBodyAndHeader("direct:events", event, "Cc", "somebody");
        }
        return context.getEndpoint(to, MockEndpoint.class).getExchanges();
    }

    private static String text(Exchange said) throws IOException {
        return JSON.readTree(said.getMessage().getBody(String.class)).path("text").asText().strip();
    }

    private ClassLoader compiled(String file) throws IOException {
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, "-d", out.toString(), "-cp",
                System.getProperty("java.class.path"), EXAMPLES.resolve(file).toString())).isZero();
        return new URLClassLoader(new URL[] {out.toUri().toURL()}, ExampleConsumersIT.class.getClassLoader());
    }

    /** @param data further fields, with single quotes */
    private static String event(String kind, String data) {
        return ("{'specversion':'1.0','id':'id-1','type':'org.finetunebridge." + kind + ".v1','subject':'ft-1',"
                + "'time':'2026-01-01T00:00:00Z','data':{'account':'team','jobId':'ft-1'," + data + "}}").replace('\'', '"');
    }
}
