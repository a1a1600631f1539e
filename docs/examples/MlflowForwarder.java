import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Makes a run in MLflow of each job: its parameters, metrics, checkpoints as tags, and how it ended. */
public final class MlflowForwarder {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<String, String> ENDS = Map.of("SUCCEEDED", "FINISHED", "FAILED", "FAILED", "CANCELLED", "KILLED");

    private final HttpClient http = HttpClient.newHttpClient();
    private final String api;
    private final String experiment;
    private final Map<String, String> runs = new HashMap<>();

    private MlflowForwarder(String server, String experiment) {
        this.api = server + "/api/2.0/mlflow/";
        this.experiment = experiment;
    }

    /** Arguments: the broker, MLflow's address, the id of the experiment. */
    public static void main(String[] arguments) throws Exception {
        var forwarder = new MlflowForwarder(arguments[1], arguments[2]);
        try (var consumer = new KafkaConsumer<>(Map.of("bootstrap.servers", arguments[0], "group.id", "mlflow-" + arguments[2],
                "auto.offset.reset", "earliest", "enable.auto.commit", "false", "isolation.level", "read_committed"),
                new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of("finetune.events"));
            while (true) {
                for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofSeconds(1))) {
                    forwarder.forward(JSON.readTree(record.value()));
                }
                // What was sent twice, after a crash before this, changes nothing.
                consumer.commitSync();
            }
        }
    }

    private void forward(JsonNode event) throws IOException, InterruptedException {
        JsonNode data = event.path("data");
        long time = Instant.parse(event.path("time").asText()).toEpochMilli();
        switch (event.path("type").asText()) {
            case "org.finetunebridge.job.status-changed.v1" -> {
                ObjectNode batch = batch(data, time);
                data.path("hyperParameters").properties().forEach(one -> add(batch, "params", one.getKey(), one.getValue().asText(one.getValue().toString())));
                for (String field : List.of("status", "baseModel", "outputModel", "provider")) {
                    if (data.hasNonNull(field)) {
                        add(batch, "tags", "finetune." + field, data.get(field).asText());
                    }
                }
                post("runs/log-batch", batch);
                String end = ENDS.getOrDefault(data.path("status").asText(), "RUNNING");
                ObjectNode update = JSON.createObjectNode().put("run_id", batch.get("run_id").asText()).put("status", end);
                post("runs/update", end.equals("RUNNING") ? update : update.put("end_time", time));
            }
            case "org.finetunebridge.metrics.recorded.v1" -> {
                ObjectNode batch = batch(data, time);
                data.path("values").properties().forEach(one -> batch.withArray("metrics").addObject().put("key", one.getKey())
                        .put("value", one.getValue().asDouble()).put("timestamp", time).put("step", data.path("step").asLong()));
                post("runs/log-batch", batch);
            }
            case "org.finetunebridge.checkpoint.changed.v1" -> {
                ObjectNode batch = batch(data, time);
                add(batch, "tags", "finetune.checkpoint." + data.path("checkpoint").asText(), data.path("status").asText());
                post("runs/log-batch", batch);
            }
            default -> { }
        }
    }

    private static void add(ObjectNode batch, String list, String key, String value) {
        batch.withArray(list).addObject().put("key", key.replaceAll("[^\\w./ -]", "_")).put("value", value.substring(0, Math.min(value.length(), 5000)));
    }

    /** Of the run of this job: found by its tag, or made now. */
    private ObjectNode batch(JsonNode data, long time) throws IOException, InterruptedException {
        String name = data.path("account").asText() + '/' + data.path("jobId").asText();
        String key = URLEncoder.encode(name, StandardCharsets.UTF_8);
        String run = runs.get(key);
        if (run == null) {
            ObjectNode search = JSON.createObjectNode().put("filter", "tags.`finetune.job` = '" + key + "'").put("max_results", 1);
            search.putArray("experiment_ids").add(experiment);
            run = post("runs/search", search).at("/runs/0/info/run_id").asText();
            if (run.isEmpty()) {
                ObjectNode create = JSON.createObjectNode().put("experiment_id", experiment).put("run_name", name).put("start_time", time);
                create.putArray("tags").addObject().put("key", "finetune.job").put("value", key);
                run = post("runs/create", create).at("/run/info/run_id").asText();
            }
            runs.put(key, run);
        }
        return JSON.createObjectNode().put("run_id", run);
    }

    /** An error ends the program before the offset is committed: started again, it goes on there. */
    private JsonNode post(String path, JsonNode body) throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(HttpRequest.newBuilder(URI.create(api + path)).header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(30)).POST(HttpRequest.BodyPublishers.ofString(body.toString())).build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException(path + " was answered with " + answer.statusCode() + ": " + answer.body());
        }
        return JSON.readTree(answer.body());
    }
}
