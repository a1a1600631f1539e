package org.finetunebridge.karaf.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.table.ShellTable;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.karaf.BridgeSupervisor;
import org.finetunebridge.text.LogSanitizer;

/** {@code finetune:dead-letters}. */
@Service
@Command(scope = "finetune", name = "dead-letters", description = "Shows the newest dead letters, oldest first.")
public final class DeadLettersCommand implements Action {

    private static final ObjectMapper JSON = new ObjectMapper();

    @Reference
    private BridgeSupervisor keeper;

    @Argument(name = "source", description = "Only those of this source")
    @Completion(SourceCompleter.class)
    private String source;

    @Option(name = "-n", description = "How many")
    private int many = 20;

    @Option(name = "-j", aliases = "--json", description = "Whole, as JSON, one a line")
    private boolean whole;

    @Override
    public Object execute() throws JsonProcessingException {
        Bridge bridge = keeper.bridge().orElse(null);
        if (bridge == null) {
            System.out.println("Nothing is watched: " + keeper.reason());
            return null;
        }
        List<JsonNode> letters = newest(bridge.sink().deadLetters());
        if (whole) {
            letters.forEach(System.out::println);
        } else {
            print(letters);
        }
        return null;
    }

    private List<JsonNode> newest(List<String> all) throws JsonProcessingException {
        List<JsonNode> letters = new ArrayList<>();
        for (String text : all) {
            JsonNode letter = JSON.readTree(text);
            if (source == null || source.equals(letter.at("/data/account").asText())) {
                letters.add(letter);
            }
        }
        return letters.subList(Math.max(0, letters.size() - many), letters.size());
    }

    private static void print(List<JsonNode> letters) {
        var table = new ShellTable().emptyTableText("No dead letters");
        for (String column : new String[] {"Time", "Source", "Job", "Stage", "Attempts", "Error"}) {
            table.column(column);
        }
        letters.forEach(letter -> table.addRow().addContent(letter.path("time").asText(), text(letter, "account"),
                text(letter, "jobId"), text(letter, "stage"), letter.at("/data/attempts").asText(),
                LogSanitizer.line(letter.at("/data/error/message").asText())));
        table.print(System.out);
    }

    private static String text(JsonNode letter, String member) {
        return LogSanitizer.line(letter.path("data").path(member).asText());
    }
}
