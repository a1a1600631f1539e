package org.finetunebridge.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.finetunebridge.event.cloudevents.EncodedEvent;
import org.finetunebridge.sink.Batch;

/** A check, for a person. */
final class CheckTextWriter {

    private final PrintWriter out;

    CheckTextWriter(PrintWriter out) {
        this.out = out;
    }

    /** Comes first, for asking the sources may take a while. */
    void configuration(Map<String, String> configuration) {
        configuration.forEach((key, value) -> out.println(key + " = " + value));
    }

    void write(CheckReport checked) {
        out.println();
        out.println("Events go to " + checked.settings().sink() + ":");
        checked.sink().forEach((name, value) -> out.println("  " + name + " = " + value));
        checked.answers().forEach(this::answer);
        if (!checked.missing().isEmpty()) {
            out.println();
            out.println("Missing:");
            checked.missing().forEach(one -> out.println("  " + one));
        }
        out.println();
        long bad = checked.answers().stream().filter(answer -> !answer.isGood()).count();
        out.println(bad == 0 ? "Every source answers. Nothing was written."
                : bad + " of " + checked.answers().size() + " sources do not answer as they should. Nothing was written.");
    }

    private void answer(SourceProbe answer) {
        out.println();
        if (!answer.isGood()) {
            out.println(answer.source() + " does not answer as it should: " + answer.failure().getMessage());
            return;
        }
        Batch batch = answer.batch();
        out.println(answer.source() + " answers after " + answer.took().toMillis() + " ms. Its first page, told from the"
                + " beginning, would publish " + count(batch.events().size(), "event")
                + (batch.deadLetters().isEmpty() ? "" : " and " + count(batch.deadLetters().size(), "dead letter"))
                + (batch.events().isEmpty() && batch.deadLetters().isEmpty() ? "." : ":"));
        print(batch.events());
        print(batch.deadLetters());
    }

    private void print(List<EncodedEvent> events) {
        events.forEach(event -> out.println(new String(event.value(), StandardCharsets.UTF_8)));
    }

    private static String count(int count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }
}
