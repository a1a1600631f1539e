import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Facts that appear at random in many jobs: how long until a reader of committed records has them. */
final class Staleness {

    private static final Duration PERIOD = Duration.ofSeconds(5);
    private static final int A_SECOND = 100;
    private static final Duration WARM = Duration.ofSeconds(15);

    private Staleness() {}

    static void measure(Setup setup) throws IOException {
        int jobs = setup.scaled(1000);
        Duration time = setup.scale() < 1 ? Duration.ofSeconds(12) : Duration.ofSeconds(90);
        System.out.printf("%n%,d running jobs, %d facts a second at random for %d s, a poll cycle every %d s, Kafka%n", jobs,
                A_SECOND, time.toSeconds(), PERIOD.toSeconds());
        try (var kafka = new Kafka(setup.directory().resolve("broker"));
                var api = new Api(setup.directory().resolve("api"), jobs, 10, 0, 0, false)) {
            Map<String, String> configuration = new HashMap<>(kafka.configuration());
            configuration.putAll(Map.of("bridge.sources", "minimax", "minimax.period", PERIOD.toSeconds() + "s"));
            try (var child = setup.bridge(setup.directory().resolve("staleness"), api, configuration, "run");
                    var reader = kafka.reader()) {
                List<Double> ages = new ArrayList<>();
                feed(child, api, setup.scale() < 1 ? PERIOD.multipliedBy(2) : WARM.plus(PERIOD));
                long from = System.currentTimeMillis();
                var feeder = new Thread(() -> feed(child, api, time));
                feeder.start();
                long until = System.nanoTime() + time.plus(PERIOD.multipliedBy(2)).toNanos();
                while (System.nanoTime() < until) {
                    reader.poll(Duration.ofMillis(50)).forEach(record -> age(record, from, ages));
                }
                print(ages);
            }
        }
    }

    private static void feed(Child child, Api api, Duration time) {
        long begun = System.nanoTime();
        long added = 0;
        while (System.nanoTime() - begun < time.toNanos()) {
            while (added < (System.nanoTime() - begun) * A_SECOND / 1_000_000_000) {
                api.addOne();
                added++;
            }
            child.pause(Duration.ofMillis(5));
        }
    }

    private static void age(ConsumerRecord<byte[], byte[]> record, long from, List<Double> ages) {
        String event = new String(record.value(), StandardCharsets.UTF_8);
        int time = event.indexOf("\"time\":\"") + 8;
        long happened = Instant.parse(event.substring(time, event.indexOf('"', time))).toEpochMilli();
        if (happened >= from) {
            ages.add((double) (System.currentTimeMillis() - happened));
        }
    }

    private static void print(List<Double> ages) {
        if (ages.isEmpty()) {
            throw new IllegalStateException("nothing was published");
        }
        List<Double> sorted = ages.stream().sorted().toList();
        System.out.printf("  %,d facts, from fact to reader: %,.0f ms in the middle, %,.0f ms at p99, %,.0f ms at most; "
                + "the period is %,d ms%n", sorted.size(), Bench.median(sorted),
                sorted.get((int) (sorted.size() * 0.99)), sorted.get(sorted.size() - 1), PERIOD.toMillis());
    }
}
