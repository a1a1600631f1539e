package org.finetunebridge.observability.statuspage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.finetunebridge.event.FactType;
import org.finetunebridge.observability.statuspage.RecentEvents.RecentEvent;

class LossChartTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @Example
    void drawsTrainingAndValidationByStep() {
        LossChart chart = LossChart.of(List.of(event("{\"step\":0,\"values\":{\"trainLoss\":2,\"validationLoss\":2}}"),
                event("{\"step\":100,\"values\":{\"trainLoss\":1}}"), event("{\"step\":50,\"values\":{\"trainLoss\":1.5}}"),
                event("{\"step\":100,\"values\":{\"validationLoss\":1.25}}"), event("{\"step\":100,\"values\":{\"trainLoss\":9}}")));

        assertThat(chart.lines()).extracting(LossChart.Line::shade).containsExactly("train", "valid");
        assertThat(chart.lines().get(0).path()).isEqualTo("64.0,14.0 346.0,125.0 628.0,236.0");
        assertThat(chart.lines().get(0).points()).extracting(LossChart.Point::says).containsExactly("step 0: 2", "step 50: 1.500", "step 100: 1");
        assertThat(chart.words()).isEqualTo("Losses by step: training loss from step 0: 2 to step 100: 1;"
                + " validation loss from step 0: 2 to step 100: 1.250");
        assertThat(chart.xLabel()).isEqualTo("step");
        assertThat(chart.yLabel()).isEqualTo("loss");
    }

    @Example
    void marksWhereALossDiverges() {
        LossChart chart = LossChart.of(List.of(event("{\"step\":1,\"values\":{\"trainLoss\":2}}"), event("{\"step\":2,\"values\":{\"trainLoss\":1}}"),
                event("{\"step\":3,\"values\":{},\"notFinite\":[\"trainLoss\"]}")));
        assertThat(chart.breaks()).singleElement().satisfies(one -> assertThat(one.says()).contains("step 3", "not a finite number"));
        assertThat(chart.words()).endsWith("not finite from step 3 on");
        assertThat(chart.lines().get(0).points()).hasSize(2);
    }

    @Example
    void usesEpochsOrCountsWhereThereAreNoSteps() {
        assertThat(LossChart.of(List.of(event("{\"epoch\":0.5,\"values\":{\"trainLoss\":2}}"),
                event("{\"epoch\":1,\"values\":{\"trainLoss\":1}}"))).xLabel()).isEqualTo("epoch");
        assertThat(LossChart.of(List.of(event("{\"values\":{\"trainLoss\":2}}"), event("{\"values\":{\"trainLoss\":1}}"))).xLabel())
                .isEqualTo("measurement");
    }

    @Example
    void isLogarithmicWhereSmallLossesWouldLieOnTheAxis() {
        assertThat(LossChart.of(List.of(event("{\"step\":1,\"values\":{\"trainLoss\":100}}"),
                event("{\"step\":2,\"values\":{\"trainLoss\":0.1}}"))).yLabel()).isEqualTo("loss (log scale)");
        assertThat(LossChart.of(List.of(event("{\"step\":1,\"values\":{\"trainLoss\":100}}"),
                event("{\"step\":2,\"values\":{\"trainLoss\":-1}}"))).yLabel()).isEqualTo("loss");
    }

    @Example
    void isOfOneSizeHoweverMuchWasMeasured() {
        List<RecentEvent> many = new ArrayList<>();
        for (int step = 0; step < 20_000; step++) {
            many.add(event("{\"step\":" + step + ",\"values\":{\"trainLoss\":" + 1.0 / (step + 1) + "}}"));
        }
        LossChart chart = LossChart.of(many);
        assertThat(chart.lines().get(0).points()).hasSizeBetween(100, 202);
        assertThat(chart.lines().get(0).points().get(chart.lines().get(0).points().size() - 1).says()).startsWith("step 19999:");
    }

    @Example
    void isSmallInTheListOfJobs() {
        List<RecentEvent> many = new ArrayList<>();
        for (int step = 0; step <= 5000; step++) {
            many.add(event("{\"step\":" + step + ",\"values\":{\"trainLoss\":" + (3 - step / 2500.0) + "}}"));
        }
        many.add(event("{\"step\":10,\"values\":{\"validationLoss\":2}}"));
        LossChart.Spark spark = LossChart.of(many).spark();
        assertThat(spark.path().split(" ")).hasSize(32).startsWith("4.0,4.0").endsWith("92.0,20.0");
        assertThat(spark.shade()).isEqualTo("train");
        assertThat(spark.latest()).isEqualTo("training loss 1");
        assertThat(spark.lostAt()).isNull();
        assertThat(spark.words()).isEqualTo(LossChart.of(many).words());
    }

    @Example
    void saysInTheListThatALossDiverges() {
        RecentEvent first = event("{\"step\":1,\"values\":{\"trainLoss\":2}}");
        RecentEvent lost = event("{\"step\":3,\"values\":{},\"notFinite\":[\"trainLoss\"]}");
        LossChart.Spark ended = LossChart.of(List.of(first, event("{\"step\":2,\"values\":{\"trainLoss\":1}}"), lost)).spark();
        assertThat(ended.latest()).isEqualTo("training loss is not finite");
        assertThat(ended.lostAt()).isEqualTo(92.0);
        LossChart.Spark recovered = LossChart.of(List.of(first, lost, event("{\"step\":5,\"values\":{\"trainLoss\":1}}"))).spark();
        assertThat(recovered.latest()).isEqualTo("training loss 1");
        assertThat(recovered.lostAt()).isEqualTo(48.0);
    }

    @Example
    void numbersItsAxesRoundly() {
        LossChart chart = chart(20, 2.171, 220, 1.012);
        assertThat(chart.across()).extracting(LossChart.Tick::label).containsExactly("50", "100", "150", "200");
        assertThat(chart.up()).extracting(LossChart.Tick::label).containsExactly("1.2", "1.4", "1.6", "1.8", "2");
        assertThat(chart.up()).extracting(LossChart.Tick::at).first().isEqualTo(200.0);
        assertThat(chart(0, 3, 10, 0.1).up()).extracting(LossChart.Tick::label).containsExactly("0.1", "0.2", "0.5", "1", "2");
        assertThat(chart(0, 1e300, 10, 1e-300).up()).hasSizeBetween(2, 8);
        assertThat(chart(0, 1e308, 10, -1e308).up()).hasSize(2);
        assertThat(chart(7, 2, 7, 2).across()).hasSize(1);
        assertThat(chart(0, 2, 20_000, 1).across()).extracting(LossChart.Tick::label).containsExactly("0", "5000", "10000", "15000", "20000");
    }

    private static LossChart chart(int step, double loss, int later, double then) {
        return LossChart.of(List.of(event("{\"step\":" + step + ",\"values\":{\"trainLoss\":" + loss + ",\"validationLoss\":" + loss + "}}"),
                event("{\"step\":" + later + ",\"values\":{\"trainLoss\":" + then + "}}")));
    }

    /** A line of one point would not be drawn. */
    @Example
    void drawsASingleMeasurementAsADot() {
        assertThat(LossChart.of(List.of(event("{\"step\":1,\"values\":{\"trainLoss\":2,\"validationLoss\":2}}"))).spark().path())
                .isEqualTo("48.0,12.0 48.0,12.0");
    }

    @Property(tries = 200)
    void staysWithinItsBoundsWhateverIsMeasured(@ForAll("metrics") List<RecentEvent> metrics) {
        LossChart chart = LossChart.of(metrics);
        if (chart != null) {
            chart.lines().stream().flatMap(line -> line.points().stream()).forEach(point -> {
                assertThat(point.x()).isBetween(0.0, (double) LossChart.WIDTH);
                assertThat(point.y()).isBetween(0.0, (double) LossChart.HEIGHT);
            });
            for (String number : chart.spark().path().split("[ ,]")) {
                assertThat(Double.parseDouble(number)).isBetween(0.0, (double) chart.spark().width());
            }
            assertThat(chart.lines()).isNotEmpty();
            assertThat(Stream.concat(chart.up().stream(), chart.across().stream())).hasSizeBetween(2, 24)
                    .allMatch(tick -> tick.at() >= 0 && tick.at() <= LossChart.WIDTH);
            assertThat(chart.words()).doesNotContain("NaN");
        }
    }

    @Provide
    Arbitrary<List<RecentEvent>> metrics() {
        return Combinators.combine(Arbitraries.of("", "\"step\":%d,", "\"epoch\":%d,"), Arbitraries.integers().between(0, 1_000_000),
                Arbitraries.of("trainLoss", "validationLoss", "fullValidLoss"), Arbitraries.of("1e308", "-1e308", "0", "0.5", "1e-300", "3", null))
                .as((place, at, name, value) -> event('{' + place.formatted(at) + (value == null
                        ? "\"values\":{},\"notFinite\":[\"" + name + "\"]}" : "\"values\":{\"" + name + "\":" + value + "}}")))
                .list().ofMaxSize(20);
    }

    private static RecentEvent event(String data) {
        try {
            return new RecentEvent("s", FactType.METRICS_RECORDED, Instant.EPOCH, (ObjectNode) JSON.readTree(data));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
