package org.finetunebridge.observability.statuspage;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.finetunebridge.observability.statuspage.RecentEvents.RecentEvent;

/**
 * The losses of a job as a picture: training solid, validation dashed, so that both are told apart without colours. Numbers
 * are pixels.
 *
 * @param words  the same for those who cannot see it
 * @param xLabel what the horizontal axis counts
 * @param yLabel what the vertical axis counts, and how
 * @param lines  at most one for the training and one for the validation
 * @param breaks where a loss was NaN or infinite
 */
record LossChart(int width, int height, String words, String xLabel, String yLabel, List<Line> lines, List<Tick> across,
        List<Tick> up, List<Point> breaks) {

    static final int WIDTH = 640;
    static final int HEIGHT = 280;
    private static final int LEFT = 64;
    private static final int RIGHT = 12;
    private static final int TOP = 14;
    private static final int BOTTOM = 44;
    /** More could not be told apart, and would make the page too long. */
    private static final int MOST_POINTS = 200;
    private static final int TICKS = 5;
    private static final int SPARK_WIDTH = 96;
    private static final int SPARK_HEIGHT = 24;
    /** So that neither a thick line nor a cross is cut off. */
    private static final int SPARK_EDGE = 4;
    private static final int SPARK_POINTS = 32;
    /** From this ratio of the highest to the lowest on, small losses would all lie on the axis. */
    private static final double LOGARITHMIC = 20;

    /** A curve; {@code path} are the points of an SVG polyline. */
    record Line(String name, String shade, String path, List<Point> points) { }

    /**
     * One curve without axes.
     *
     * @param words  the same for those who cannot see it
     * @param path   the points of an SVG polyline
     * @param lostAt where a loss was not finite first; null if none was
     * @param latest the newest loss
     */
    record Spark(int width, int height, String words, String shade, String path, Double lostAt, String latest) { }

    /** A point, and what it says when one points at it. */
    record Point(double x, double y, String says) { }

    /** A line of the grid with its number. */
    record Tick(double at, String label) { }

    /** A measurement; NaN if it was no number. */
    private record Measure(double at, double loss) { }

    /**
     * The chart of a job's metrics.
     *
     * @param metrics published of the job, in order
     * @return null if fewer than two losses are known
     */
    static LossChart of(List<RecentEvent> metrics) {
        String axis = axis(metrics);
        List<Measure> train = measures(metrics, axis, "trainLoss");
        List<Measure> valid = measures(metrics, axis, "fullValidLoss");
        valid = valid.isEmpty() ? measures(metrics, axis, "validationLoss") : valid;
        double[] losses = DoubleStream.concat(train.stream().mapToDouble(Measure::loss), valid.stream().mapToDouble(Measure::loss))
                .filter(Double::isFinite).toArray();
        if (losses.length < 2) {
            return null;
        }
        double least = DoubleStream.of(losses).min().orElseThrow();
        double most = DoubleStream.of(losses).max().orElseThrow();
        boolean log = least > 0 && most / least > LOGARITHMIC;
        double[] places = DoubleStream.concat(train.stream().mapToDouble(Measure::at), valid.stream().mapToDouble(Measure::at)).toArray();
        double first = DoubleStream.of(places).min().orElseThrow();
        double last = DoubleStream.of(places).max().orElseThrow();
        DoubleUnaryOperator x = at -> rounded(LEFT + share(at, first, last) * (WIDTH - LEFT - RIGHT));
        double low = log ? Math.log10(least) : least;
        double high = log ? Math.log10(most) : most;
        DoubleUnaryOperator y = loss -> rounded(HEIGHT - BOTTOM - share(log ? Math.log10(loss) : loss, low, high) * (HEIGHT - TOP - BOTTOM));
        List<Line> lines = new ArrayList<>();
        add(lines, "training loss", "train", train, x, y, axis);
        add(lines, "validation loss", "valid", valid, x, y, axis);
        List<Point> breaks = train.stream().filter(one -> !Double.isFinite(one.loss)).limit(MOST_POINTS).map(one ->
                new Point(x.applyAsDouble(one.at), TOP, axis + ' ' + number(one.at) + ": the training loss is not a finite number")).toList();
        String words = "Losses by " + axis + ": " + String.join("; ", lines.stream().map(line -> line.name + " from "
                + line.points.get(0).says + " to " + line.points.get(line.points.size() - 1).says).toList())
                + (breaks.isEmpty() ? "" : "; not finite from " + axis + ' ' + breaks.get(0).says.replaceAll("^\\D*|:.*", "") + " on");
        return new LossChart(WIDTH, HEIGHT, words, axis, log ? "loss (log scale)" : "loss", lines,
                ticks(first, last).mapToObj(at -> new Tick(x.applyAsDouble(at), label(at))).toList(),
                (log ? decades(least, most) : ticks(least, most)).mapToObj(loss -> new Tick(y.applyAsDouble(loss), label(loss))).toList(),
                breaks);
    }

    /** The longest of its curves, small enough for the list of jobs. */
    Spark spark() {
        Line line = lines.stream().reduce((one, other) -> other.points.size() > one.points.size() ? other : one).orElseThrow();
        List<Point> points = line.points;
        int count = Math.min(points.size(), SPARK_POINTS);
        // A line of one point is not drawn, one between the same point twice is, as a dot.
        String path = IntStream.range(0, Math.max(2, count)).mapToObj(at -> points.get(count == 1 ? 0 : at * (points.size() - 1) / (count - 1)))
                .map(one -> sparkX(one) + "," + rounded(SPARK_EDGE + (one.y - TOP) / (HEIGHT - TOP - BOTTOM) * (SPARK_HEIGHT - 2 * SPARK_EDGE)))
                .collect(Collectors.joining(" "));
        Point last = points.get(points.size() - 1);
        boolean isLost = !breaks.isEmpty() && breaks.get(breaks.size() - 1).x > last.x;
        return new Spark(SPARK_WIDTH, SPARK_HEIGHT, words, line.shade, path, breaks.isEmpty() ? null : sparkX(breaks.get(0)),
                line.name + ' ' + (isLost ? "is not finite" : last.says.substring(last.says.lastIndexOf(' ') + 1)));
    }

    private static double sparkX(Point point) {
        return rounded(SPARK_EDGE + (point.x - LEFT) / (WIDTH - LEFT - RIGHT) * (SPARK_WIDTH - 2 * SPARK_EDGE));
    }

    private static void add(List<Line> lines, String name, String shade, List<Measure> all, DoubleUnaryOperator x,
            DoubleUnaryOperator y, String axis) {
        List<Measure> finite = all.stream().filter(one -> Double.isFinite(one.loss)).toList();
        int stride = (finite.size() + MOST_POINTS - 1) / MOST_POINTS;
        List<Point> points = IntStream.range(0, finite.size()).filter(at -> at % stride == 0 || at == finite.size() - 1)
                .mapToObj(finite::get).map(one -> new Point(x.applyAsDouble(one.at), y.applyAsDouble(one.loss),
                        axis + ' ' + number(one.at) + ": " + number(one.loss))).toList();
        if (!points.isEmpty()) {
            lines.add(new Line(name, shade, String.join(" ", points.stream().map(one -> one.x + "," + one.y).toList()), points));
        }
    }

    /** Steps, if the measurements have them; else epochs; else they are counted. */
    private static String axis(List<RecentEvent> metrics) {
        for (String field : List.of("step", "epoch")) {
            if (metrics.stream().filter(one -> one.data().has(field)).count() >= (metrics.size() + 1) / 2) {
                return field;
            }
        }
        return "measurement";
    }

    /** In order of the axis; of one place the first measurement. */
    private static List<Measure> measures(List<RecentEvent> metrics, String axis, String name) {
        var measures = new TreeMap<Double, Double>(Comparator.naturalOrder());
        int count = 0;
        for (RecentEvent event : metrics) {
            JsonNode value = event.data().path("values").path(name);
            boolean isLost = false;
            for (JsonNode lost : event.data().path("notFinite")) {
                isLost |= lost.asText().equals(name);
            }
            if (value.isNumber() || isLost) {
                count++;
                JsonNode at = event.data().path(axis);
                if (at.isNumber() || axis.equals("measurement")) {
                    measures.putIfAbsent(at.isNumber() ? at.doubleValue() : count, isLost ? Double.NaN : value.doubleValue());
                }
            }
        }
        return measures.entrySet().stream().map(one -> new Measure(one.getKey(), one.getValue())).toList();
    }

    /** Round numbers between both: multiples of 1, 2 or 5 times a power of ten. */
    private static DoubleStream ticks(double from, double to) {
        double each = (to - from) / TICKS;
        double power = Math.pow(10, Math.floor(Math.log10(each)));
        double step = power * (each < 1.5 * power ? 1 : each < 3.5 * power ? 2 : each < 7.5 * power ? 5 : 10);
        long least = (long) Math.ceil(from / step);
        long count = (long) Math.floor(to / step) - least + 1;
        // A range that a double cannot divide has its ends alone.
        return step > 0 && Double.isFinite(step) && count > 0 && count <= 2 * TICKS ? LongStream.range(least, least + count)
                .mapToDouble(tick -> tick * step) : DoubleStream.of(from, to).distinct();
    }

    /** Of a logarithmic axis: 1, 2 and 5 of every decade, or decades alone where there are many. */
    private static DoubleStream decades(double least, double most) {
        int first = (int) Math.floor(Math.log10(least));
        int decades = (int) Math.ceil(Math.log10(most)) - first;
        int stride = decades / TICKS + 1;
        return IntStream.rangeClosed(0, decades / stride).mapToObj(decade -> first + decade * stride)
                .flatMapToDouble(decade -> DoubleStream.of(decades > 2 ? new double[] {1} : new double[] {1, 2, 5})
                        .map(one -> Double.parseDouble(one + "e" + decade)))
                .filter(tick -> tick >= least && tick <= most);
    }

    private static String label(double tick) {
        BigDecimal number = new BigDecimal(tick).round(new MathContext(4)).stripTrailingZeros();
        return Math.abs(tick) < 1e9 && number.scale() < 9 ? number.toPlainString() : number.toString();
    }

    private static double share(double value, double from, double to) {
        return from == to ? 0.5 : Math.max(0, Math.min(1, (value - from) / (to - from)));
    }

    private static double rounded(double value) {
        return Math.round(value * 10) / 10.0;
    }

    /** Four digits are enough to read a curve by. */
    static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e9 ? String.format(Locale.ROOT, "%d", (long) value)
                : String.format(Locale.ROOT, "%.4g", value);
    }
}
