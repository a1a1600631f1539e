package org.finetunebridge.karaf.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.List;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.table.ShellTable;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.sink.SinkUnavailableException;
import org.finetunebridge.text.LogSanitizer;

/** {@code finetune:dead-letters}. */
@Service
@Command(scope = "finetune", name = "dead-letters", description = "Shows the newest dead letters, oldest first.")
public final class DeadLettersCommand extends RunningBridgeAction {

    /** ASCII only: no character of a payload reaches the terminal as a control. */
    private static final JsonMapper JSON = JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    @Argument(name = "source", description = "Only those of this source")
    @Completion(SourceCompleter.class)
    private String source;

    @Option(name = "-n", description = "How many, at least 1")
    private int many = 20;

    @Option(name = "-j", aliases = "--json", description = "Whole, as JSON, one a line")
    private boolean whole;

    @Override
    void show(Bridge bridge) {
        if (many < 1) {
            System.out.println("-n " + many + ": allowed are numbers from 1 on");
            return;
        }
        try {
            List<String> letters = newest(bridge.publisher().deadLetters(), source, many);
            if (whole) {
                letters.forEach(letter -> System.out.println(json(letter)));
            } else {
                print(letters);
            }
        } catch (SinkUnavailableException e) {
            System.out.println("The dead letters cannot be read now: " + LogSanitizer.line(e.getMessage()));
        }
    }

    /** @param source null for every source, and for lines that are no dead letters */
    static List<String> newest(List<String> all, String source, int many) {
        List<String> letters = all.stream()
                .filter(letter -> source == null || source.equals(read(letter).at("/data/account").asText())).toList();
        return letters.subList(Math.max(0, letters.size() - many), letters.size());
    }

    /** The letter on one line of ASCII; a line that is not JSON without anything that a terminal would obey. */
    static String json(String letter) {
        JsonNode json = read(letter);
        try {
            return json.isMissingNode() ? LogSanitizer.line(letter) : JSON.writeValueAsString(json);
        } catch (JsonProcessingException e) {
            return LogSanitizer.line(letter);
        }
    }

    /** What {@code error.message} says; of a line that is no dead letter, the line. */
    static String error(String letter) {
        JsonNode message = read(letter).at("/data/error/message");
        return LogSanitizer.line(message.isTextual() ? message.textValue() : "not a dead letter: " + letter);
    }

    private static JsonNode read(String letter) {
        try {
            return JSON.readTree(letter);
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        }
    }

    private static void print(List<String> letters) {
        var table = new ShellTable().emptyTableText("No dead letters");
        for (String column : new String[] {"Time", "Source", "Job", "Stage", "Attempts", "Error"}) {
            table.column(column);
        }
        letters.forEach(letter -> table.addRow().addContent(text(letter, "/time"), text(letter, "/data/account"),
                text(letter, "/data/jobId"), text(letter, "/data/stage"), text(letter, "/data/attempts"), error(letter)));
        table.print(System.out);
    }

    private static String text(String letter, String pointer) {
        return LogSanitizer.line(read(letter).at(pointer).asText());
    }
}
