import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Says which jobs ended, and what came of them. */
public final class EventReader {

    private static final ObjectMapper JSON = new ObjectMapper();

    private EventReader() {}

    /** The first argument is the broker; a second one is how many ended jobs to wait for. */
    public static void main(String[] arguments) throws Exception {
        String broker = arguments.length > 0 ? arguments[0] : "localhost:9092";
        int wanted = arguments.length > 1 ? Integer.parseInt(arguments[1]) : Integer.MAX_VALUE;
        Map<String, Object> settings = Map.of("bootstrap.servers", broker, "group.id", "event-reader",
                "auto.offset.reset", "earliest", "isolation.level", "read_committed");
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of("finetune.events"));
            for (int ended = 0; ended < wanted;) {
                for (ConsumerRecord<String, String> message : consumer.poll(Duration.ofSeconds(1))) {
                    ended += tell(JSON.readTree(message.value())) ? 1 : 0;
                }
            }
        }
    }

    private static boolean tell(JsonNode event) {
        JsonNode data = event.path("data");
        boolean ended = event.path("type").asText().equals("org.finetunebridge.job.status-changed.v1")
                && data.path("terminal").asBoolean();
        if (ended) {
            System.out.println(event.path("time").asText() + "  " + event.path("subject").asText() + "  "
                    + data.path("status").asText() + "  " + data.path("outputModel").asText("-"));
        }
        return ended;
    }
}
