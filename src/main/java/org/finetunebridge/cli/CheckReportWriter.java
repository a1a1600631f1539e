package org.finetunebridge.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.settings.ProxyRules;

/** Writes a check: as text for a person, or as one JSON object for a machine. */
final class CheckReportWriter {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final PrintWriter out;

    CheckReportWriter(PrintWriter out) {
        this.out = out;
    }

    /** Comes first, for asking the sources may take a while. */
    void configuration(Map<String, String> configuration) {
        configuration.forEach((key, value) -> out.println(key + " = " + value));
    }

    void text(CheckReport report) {
        out.println();
        out.println("Events go to " + report.settings().sink() + ":");
        report.places().forEach((name, value) -> out.println("  " + name + " = " + value));
        report.probes().forEach(this::probe);
        if (!report.missing().isEmpty()) {
            out.println();
            out.println("Missing:");
            report.missing().forEach(one -> out.println("  " + one));
        }
        out.println();
        List<String> problems = problems(report);
        out.println(problems.isEmpty() ? "Every source answers. Nothing was written."
                : String.join(" ", problems) + " Nothing was written.");
    }

    private static List<String> problems(CheckReport report) {
        List<String> problems = new ArrayList<>();
        long silent = report.probes().stream().filter(probe -> !probe.answers()).count();
        int letters = report.probes().stream().mapToInt(CheckReport.Probe::deadLetters).sum();
        if (silent > 0) {
            problems.add(silent + " of " + report.probes().size() + " sources do not answer as they should.");
        }
        if (letters > 0) {
            problems.add(OnceCommand.count(letters, "record") + " would be dead-lettered.");
        }
        if (!report.sinkProblems().isEmpty()) {
            problems.add("The sink cannot be written.");
        }
        return problems;
    }

    private void probe(CheckReport.Probe probe) {
        out.println();
        if (!probe.answers()) {
            out.println(probe.source() + " does not answer as it should: " + probe.failure().getMessage());
            return;
        }
        List<EncodedEvent> events = probe.batch().events();
        List<EncodedEvent> letters = probe.batch().deadLetters();
        out.println(probe.source() + " answers after " + probe.took().toMillis() + " ms. Its first page, published from"
                + " the beginning, would be " + OnceCommand.count(events.size(), "event")
                + (letters.isEmpty() ? "" : " and " + OnceCommand.count(letters.size(), "dead letter"))
                + (events.isEmpty() && letters.isEmpty() ? "." : ":"));
        ProxyRules.Proxy proxy = probe.source().access().proxies().of(probe.source().baseUrl());
        if (proxy != null) {
            out.println("It was asked through " + proxy.named(probe.source().name()) + '.');
        }
        events.forEach(this::print);
        letters.forEach(this::print);
    }

    private void print(EncodedEvent event) {
        out.println(new String(event.value(), StandardCharsets.UTF_8));
    }

    /** Documented in docs/operating.md. Fields may be added; those that are there keep their names and meanings. */
    void json(CheckReport report) {
        ObjectNode json = head(report.exit());
        report.configuration().forEach(json.putObject("configuration")::put);
        ObjectNode sink = json.putObject("sink").put("kind", report.settings().sink());
        report.places().forEach(sink.putObject("places")::put);
        report.sinkProblems().forEach(sink.putArray("problems")::add);
        ArrayNode sources = json.putArray("sources");
        report.probes().forEach(probe -> source(sources.addObject(), probe));
        report.settings().off().forEach(name -> sources.addObject().put("name", name).put("on", false));
        report.missing().forEach(json.putArray("missing")::add);
        json.putArray("problems");
        print(json);
    }

    /** The configuration cannot be used: nobody was asked. */
    void json(List<String> problems) {
        ObjectNode json = head(BridgeCommand.MISCONFIGURED);
        problems.forEach(json.putArray("problems")::add);
        print(json);
    }

    private static ObjectNode head(int exit) {
        return MAPPER.createObjectNode().put("ok", exit == 0).put("exit", exit);
    }

    private static void source(ObjectNode json, CheckReport.Probe probe) {
        json.put("name", probe.source().name()).put("on", true).put("provider", probe.source().provider().name())
                .put("baseUrl", probe.source().baseUrl()).put("answers", probe.answers())
                .put("millis", probe.took().toMillis());
        if (probe.answers()) {
            add(json.putArray("events"), probe.batch().events());
            add(json.putArray("deadLetters"), probe.batch().deadLetters());
        } else {
            failure(json.putObject("failure"), probe.failure());
        }
    }

    private static void failure(ObjectNode json, ProviderException failure) {
        json.put("means", failure.means().name().toLowerCase(Locale.ROOT)).put("message", failure.getMessage());
        if (failure.status() != 0) {
            json.put("httpStatus", failure.status());
        }
        if (!failure.code().isEmpty()) {
            json.put("code", failure.code());
        }
        if (failure.requestId() != null) {
            json.put("requestId", failure.requestId());
        }
    }

    /** As they would be published, to the byte: reading and writing them again could change a number. */
    private static void add(ArrayNode array, List<EncodedEvent> events) {
        for (EncodedEvent event : events) {
            var value = new RawValue(new String(event.value(), StandardCharsets.UTF_8));
            if (event.headers().isEmpty()) {
                array.addRawValue(value);
            } else {
                ObjectNode json = array.addObject();
                event.headers().forEach(json::put);
                json.putRawValue("data", value);
            }
        }
    }

    /** Only ASCII: what a terminal or a pipe takes for another character set must still be the same JSON. */
    private void print(ObjectNode json) {
        var ascii = new StringBuilder();
        for (char character : json.toPrettyString().toCharArray()) {
            if (character < 0x7f) {
                ascii.append(character);
            } else {
                ascii.append(String.format("\\u%04x", (int) character));
            }
        }
        out.println(ascii);
        out.flush();
    }
}
