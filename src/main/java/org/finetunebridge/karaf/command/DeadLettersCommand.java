package org.finetunebridge.karaf.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.table.ShellTable;
import org.finetunebridge.karaf.Keeper;
import org.finetunebridge.settings.Settings;

/** {@code finetune:dead-letters}. */
@Service
@Command(scope = "finetune", name = "dead-letters", description = "Shows the newest dead letters, oldest first.")
public final class DeadLettersCommand implements Action {

    private static final ObjectMapper JSON = new ObjectMapper();

    @Reference
    private Keeper keeper;

    @Argument(name = "source", description = "Only those of this source")
    @Completion(SourceCompleter.class)
    private String source;

    @Option(name = "-n", description = "How many")
    private int many = 20;

    @Option(name = "-j", aliases = "--json", description = "Whole, as JSON, one a line")
    private boolean whole;

    @Override
    public Object execute() throws IOException {
        Settings settings = keeper.bridge().map(bridge -> bridge.settings()).orElse(null);
        if (settings == null) {
            System.out.println("Nothing is watched: " + keeper.reason());
        } else if (settings.sink().equals("kafka")) {
            System.out.println("They are in the topic " + settings.kafka().deadLetterTopic() + " at "
                    + settings.kafka().brokers());
        } else {
            show(newest(settings.deadLetters()));
        }
        return null;
    }

    private void show(Collection<JsonNode> letters) {
        if (whole) {
            letters.forEach(System.out::println);
            return;
        }
        var table = new ShellTable().emptyTableText("No dead letters");
        for (String column : new String[] {"Time", "Source", "Job", "Stage", "Attempts", "Error"}) {
            table.column(column);
        }
        letters.forEach(letter -> table.addRow().addContent(letter.path("time").asText(), letter.at("/data/account").asText(),
                letter.at("/data/jobId").asText(""), letter.at("/data/stage").asText(), letter.at("/data/attempts").asText(),
                letter.at("/data/error/message").asText()));
        table.print(System.out);
    }

    private Collection<JsonNode> newest(Path directory) throws IOException {
        Deque<JsonNode> letters = new ArrayDeque<>();
        for (Path file : files(directory)) {
            try (Stream<String> lines = Files.lines(file)) {
                for (String line : (Iterable<String>) lines::iterator) {
                    add(letters, line);
                }
            }
        }
        return letters;
    }

    private void add(Deque<JsonNode> letters, String line) throws IOException {
        JsonNode letter = JSON.readTree(line);
        if (source == null || source.equals(letter.at("/data/account").asText())) {
            letters.addLast(letter);
            if (letters.size() > many) {
                letters.removeFirst();
            }
        }
    }

    private static List<Path> files(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".ndjson")).sorted().toList();
        }
    }
}
