package org.finetunebridge.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.finetunebridge.Ndjson;

/** Somebody at the command line, in this process, and what is said to him. */
record Terminal(StringWriter out, StringWriter err) {

    /** The exit code of these words. */
    int type(Stream<String> words) {
        return BridgeCommand.commandLine().printingTo(new PrintWriter(out, true), new PrintWriter(err, true))
                .execute(words.toArray(String[]::new));
    }

    /** Options that keep all that is written in this folder. */
    static List<String> within(Path folder) {
        return List.of("-Dbridge.file.directory=" + folder.resolve("events"), "-Dbridge.state.directory="
                + folder.resolve("state"), "-Dbridge.dead-letter.directory=" + folder.resolve("dead-letters"));
    }

    static List<String> events(Path folder) {
        return Ndjson.lines(folder.resolve("events"));
    }
}
