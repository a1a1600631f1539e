import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * What a good engineer writes in an afternoon without a framework: the same requests, as many at once, and the same
 * events; no state on disk, no transaction, no retry, no dead letter, no check of what comes.
 */
public final class Loop {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int AT_ONCE = 4;
    private static final ZoneId SHANGHAI = ZoneId.of("Asia/Shanghai");
    private static final Map<String, String> JOB_WORDS = Map.of("created", "PENDING", "pending", "QUEUED", "running",
            "RUNNING", "success", "SUCCEEDED", "failed", "FAILED");
    private static final Map<String, String> EXPORT_WORDS = Map.of("PENDING", "AVAILABLE_NOT_EXPORTED", "PROCESSING",
            "EXPORTING", "SUCCEEDED", "READY", "FAILED", "EXPORT_FAILED", "UNSUPPORTED", "UNSUPPORTED");
    private static final Set<String> ENDS = Set.of("SUCCEEDED", "FAILED", "CANCELLED");

    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String api;
    private final Sink sink;
    private final Set<String> seen;
    private final Map<String, Integer> positions = new ConcurrentHashMap<>();
    private final Map<String, String> statuses = new ConcurrentHashMap<>();
    /** Since when a job waits, and trains: its end says how long it did. */
    private final Map<String, Long> waits = new ConcurrentHashMap<>();
    private final Map<String, Long> trains = new ConcurrentHashMap<>();

    interface Sink extends AutoCloseable {
        void send(String job, byte[] event) throws IOException;

        @Override
        void close() throws IOException;
    }

    Loop(String api, Sink sink, boolean remembers) {
        this.api = api;
        this.sink = sink;
        this.seen = remembers ? ConcurrentHashMap.newKeySet() : null;
    }

    /** API, "file" and a file or "kafka", a broker and a topic; then, to go on and not only catch up: a period in ms. */
    public static void main(String[] arguments) throws Exception {
        boolean file = arguments[1].equals("file");
        long period = arguments.length > (file ? 3 : 4) ? Long.parseLong(arguments[file ? 3 : 4]) : 0;
        try (Sink sink = file ? file(Path.of(arguments[2])) : kafka(arguments[2], arguments[3])) {
            var loop = new Loop(arguments[0], sink, period > 0);
            ExecutorService minimax = Executors.newFixedThreadPool(AT_ONCE);
            ExecutorService dashscope = Executors.newFixedThreadPool(AT_ONCE);
            do {
                long begun = System.nanoTime();
                List<Future<?>> all = new ArrayList<>();
                Thread other = new Thread(() -> loop.dashscope(dashscope));
                other.start();
                loop.minimax(minimax);
                other.join();
                Thread.sleep(Math.max(0, period - (System.nanoTime() - begun) / 1_000_000));
            } while (period > 0);
            minimax.shutdown();
            dashscope.shutdown();
        }
    }

    private static Sink file(Path path) throws IOException {
        OutputStream out = new BufferedOutputStream(Files.newOutputStream(path), 1 << 16);
        return new Sink() {
            @Override
            public synchronized void send(String job, byte[] event) throws IOException {
                out.write(event);
                out.write('\n');
            }

            @Override
            public void close() throws IOException {
                out.close();
            }
        };
    }

    private static Sink kafka(String broker, String topic) {
        var producer = new KafkaProducer<>(Map.of("bootstrap.servers", broker, "linger.ms", 5, "batch.size", 128 * 1024),
                new ByteArraySerializer(), new ByteArraySerializer());
        return new Sink() {
            @Override
            public void send(String job, byte[] event) {
                producer.send(new ProducerRecord<>(topic, job.getBytes(), event), (sent, failure) -> {
                    if (failure != null) {
                        failure.printStackTrace();
                    }
                });
            }

            @Override
            public void close() {
                producer.close();
            }
        };
    }

    private void minimax(ExecutorService workers) {
        List<Future<?>> jobs = new ArrayList<>();
        String after = "0";
        for (boolean more = true; more;) {
            JsonNode page = post("/minimax/v1/list_finetune_job", "{\"limit\":100,\"after\":\"" + after + "\"}");
            for (JsonNode job : page.get("job_list")) {
                after = job.get("id").asText();
                String id = after;
                jobs.add(workers.submit(() -> minimaxJob(id)));
            }
            more = page.get("has_more").asBoolean();
        }
        await(jobs);
    }

    private void minimaxJob(String job) {
        int position = seen == null ? 0 : Math.max(0, positions.getOrDefault(job, 0) - 1);
        for (boolean more = true; more;) {
            JsonNode page = post("/minimax/v1/list_finetune_event",
                    "{\"fine_tuning_job_id\":\"" + job + "\",\"limit\":100,\"after\":\"" + position + "\"}");
            String now = Instant.now().toString();
            for (JsonNode event : page.get("event_list")) {
                minimaxEvent(job, event, position++, now);
            }
            more = page.get("has_more").asBoolean();
        }
        positions.put(job, position);
    }

    private void minimaxEvent(String job, JsonNode event, int position, String now) {
        if (seen != null && !seen.add(job + position)) {
            return;
        }
        long moment = event.get("created_at").asLong();
        String time = Instant.ofEpochMilli(moment).toString();
        String message = event.get("message").asText();
        JsonNode parsed = parsed(message);
        ObjectNode data = data("minimax", job, now, time);
        data.put("occurredAtRaw", moment).put("sequence", position).put("level", event.get("level").asText().toUpperCase())
                .put("message", message);
        if (parsed != null) {
            data.set("parsed", parsed);
        }
        send("log.appended", job + '-' + position, job, time, data);
        String raw = parsed == null ? "" : parsed.path("status").asText();
        String status = JOB_WORDS.getOrDefault(raw, "UNKNOWN");
        String before = statuses.get(job);
        if (!raw.isEmpty() && !status.equals(before)) {
            statuses.put(job, status);
            ObjectNode change = data("minimax", job, now, time).put("occurredAtRaw", moment);
            if (before != null) {
                change.put("previousStatus", before);
            }
            change.put("terminal", ENDS.contains(status)).put("status", status).put("statusRaw", raw);
            put(change, "outputModel", parsed, "model_id");
            if (status.equals("RUNNING")) {
                trains.putIfAbsent(job, moment);
            } else if (ENDS.contains(status)) {
                ObjectNode summary = change.putObject("summary");
                Long training = trains.remove(job);
                summary.put("queueSeconds", (training - waits.remove(job)) / 1000);
                summary.put("trainingSeconds", (moment - training) / 1000);
            } else {
                waits.putIfAbsent(job, moment);
            }
            send("job.status-changed", job + '-' + status + '-' + moment, job, time, change);
        }
    }

    private void dashscope(ExecutorService workers) {
        List<Future<?>> jobs = new ArrayList<>();
        for (int number = 1, last = 1; number <= last; number++) {
            JsonNode page = get("/dashscope/api/v1/fine-tunes?page_no=" + number + "&page_size=100");
            String now = Instant.now().toString();
            last = (page.at("/output/total").asInt() + 99) / 100;
            for (JsonNode job : page.at("/output/jobs")) {
                jobs.add(workers.submit(() -> dashscopeJob(job, page.get("request_id").asText(), now)));
            }
        }
        await(jobs);
    }

    /** A job's end comes after its checkpoints. */
    private void dashscopeJob(JsonNode job, String request, String now) {
        String id = job.get("job_id").asText();
        boolean over = ENDS.contains(job.get("status").asText());
        if (!over) {
            dashscopeStatus(job, request, now);
        }
        JsonNode page = get("/dashscope/api/v1/fine-tunes/" + id + "/checkpoints");
        String then = Instant.now().toString();
        JsonNode checkpoints = page.get("output");
        for (int number = checkpoints.size() - 1; number >= 0; number--) {
            checkpoint(checkpoints.get(number), id, page.get("request_id").asText(), then);
        }
        if (over) {
            dashscopeStatus(job, request, now);
        }
    }

    private void dashscopeStatus(JsonNode job, String request, String now) {
        String id = job.get("job_id").asText();
        String status = job.get("status").asText();
        if (seen != null && !seen.add(id + status)) {
            return;
        }
        boolean over = ENDS.contains(status);
        String time = over ? local(job.get("end_time").asText()) : now;
        ObjectNode data = data("dashscope", id, now, over ? time : null);
        if (over) {
            data.set("occurredAtRaw", job.get("end_time"));
        }
        data.put("requestId", request).put("terminal", over).put("status", status).put("statusRaw", status);
        put(data, "jobName", job, "job_name");
        put(data, "model", job, "model");
        put(data, "baseModel", job, "base_model");
        put(data, "outputModel", job, "finetuned_output");
        put(data, "trainingType", job, "training_type");
        data.set("hyperParameters", job.get("hyper_parameters"));
        data.set("trainingFiles", job.get("training_file_ids"));
        data.set("validationFiles", job.get("validation_file_ids"));
        data.put("createdAt", local(job.get("create_time").asText()));
        if (over) {
            data.put("finishedAt", time);
        }
        if (job.has("usage")) {
            data.set("usage", JSON.createObjectNode().set("tokens", job.get("usage")));
        }
        send("job.status-changed", id + '-' + status, id, time, data);
    }

    private void checkpoint(JsonNode checkpoint, String job, String request, String now) {
        String name = checkpoint.get("checkpoint").asText();
        String raw = checkpoint.get("status").asText();
        if (seen != null && !seen.add(job + name + raw)) {
            return;
        }
        String created = local(checkpoint.get("create_time").asText());
        ObjectNode data = data("dashscope", job, now, created);
        data.set("occurredAtRaw", checkpoint.get("create_time"));
        data.put("requestId", request).put("checkpoint", name).put("name", checkpoint.get("full_name").asText())
                .put("step", Integer.parseInt(name.substring(name.lastIndexOf('-') + 1))).put("stepKind", "training-step")
                .put("status", EXPORT_WORDS.getOrDefault(raw, "UNKNOWN")).put("statusRaw", raw);
        put(data, "outputModel", checkpoint, "model_name");
        data.put("createdAt", created);
        send("checkpoint.changed", job + '-' + name + '-' + raw, job, created, data);
    }

    private static ObjectNode data(String provider, String job, String observed, String occurred) {
        return JSON.createObjectNode().put("provider", provider).put("account", provider).put("jobId", job)
                .put("observedAt", observed).put("occurredAt", occurred);
    }

    private static void put(ObjectNode data, String name, JsonNode from, String field) {
        if (!from.path(field).asText().isEmpty()) {
            data.set(name, from.get(field));
        }
    }

    private void send(String type, String id, String job, String time, ObjectNode data) {
        ObjectNode event = JSON.createObjectNode().put("specversion", "1.0").put("id", id)
                .put("source", "urn:finetune:" + data.get("provider").asText() + ':' + data.get("account").asText())
                .put("type", "org.finetunebridge." + type + ".v1").put("subject", job).put("time", time)
                .put("datacontenttype", "application/json").put("dataschema", "urn:finetunebridge:schema:" + type + ":v1")
                .put("partitionkey", job);
        event.set("data", data);
        try {
            sink.send(job, JSON.writeValueAsBytes(event));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String local(String time) {
        return LocalDateTime.parse(time.replace(' ', 'T')).atZone(SHANGHAI).toInstant().toString();
    }

    private static JsonNode parsed(String message) {
        try {
            return message.startsWith("{") ? JSON.readTree(message) : null;
        } catch (IOException e) {
            return null;
        }
    }

    private JsonNode get(String path) {
        return ask(HttpRequest.newBuilder(URI.create(api + path)).GET());
    }

    private JsonNode post(String path, String body) {
        return ask(HttpRequest.newBuilder(URI.create(api + path)).header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    private JsonNode ask(HttpRequest.Builder request) {
        try {
            return JSON.readTree(http.send(request.header("Authorization", "Bearer key").build(),
                    BodyHandlers.ofByteArray()).body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void await(List<Future<?>> all) {
        for (Future<?> one : all) {
            try {
                one.get();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
