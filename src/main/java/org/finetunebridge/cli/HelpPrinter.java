package org.finetunebridge.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.help.TableDefinition;
import org.apache.commons.cli.help.TextHelpAppendable;
import org.apache.commons.cli.help.TextStyle;
import org.finetunebridge.cli.Verb.Parameter;

/** Prints what a verb does and takes. The library's own formatter knows options, but neither verbs nor parameters. */
final class HelpPrinter {

    private static final int WIDTH = 80;
    private static final int GAP_OF_OPTIONS = 3;
    private static final int GAP_OF_VERBS = 2;
    private static final String PROGRAM = "Usage: finetune-bridge ";
    /** As wide as a letter that an option does not have. */
    private static final String NO_LETTER = "      ";

    private final StringBuilder text = new StringBuilder();
    private final TextHelpAppendable page = new TextHelpAppendable(text);

    /** Prints all of it. */
    void print(Verb verb, PrintWriter out) {
        page.setMaxWidth(WIDTH);
        page.setLeftPad(0);
        page.setIndent(0); // the library forgets an indent where a line is full
        try {
            write(verb);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // The library pads each column, and has a line for titles.
        text.toString().lines().map(String::stripTrailing).filter(line -> !line.isEmpty()).forEach(out::println);
        out.println();
        verb.footer().forEach(out::println);
    }

    private void write(Verb verb) throws IOException {
        table(List.of(List.of((PROGRAM + verb.name()).strip(), usage(verb))), 1);
        page.printWrapped(verb.description());
        List<List<String>> rows = new ArrayList<>();
        for (Parameter parameter : verb.parameters()) {
            rows.add(List.of(NO_LETTER + label(parameter), parameter.description()));
        }
        for (Option option : verb.options().getOptions()) {
            rows.add(List.of(label(option), option.getDescription()));
        }
        table(rows, GAP_OF_OPTIONS);
        if (!verb.verbs().isEmpty()) {
            page.printWrapped("Commands:");
            table(verb.verbs().stream().map(name -> List.of("  " + name, verb.verb(name).description())).toList(), GAP_OF_VERBS);
        }
    }

    private void table(List<List<String>> rows, int gap) throws IOException {
        TextStyle labels = TextStyle.builder().setScalable(false).get();
        TextStyle descriptions = TextStyle.builder().setScalable(true).setLeftPad(gap).get();
        page.appendTable(TableDefinition.from("", List.of(labels, descriptions), List.of("", ""), rows));
    }

    private static String usage(Verb verb) {
        var usage = new StringBuilder("[-hV]");
        for (Option option : verb.options().getOptions()) {
            if (option.getLongOpt() == null) {
                usage.append(" [").append(label(option).strip()).append("]...");
            } else if (option.getOpt() == null) {
                usage.append(" [").append(label(option).strip()).append(']');
            }
        }
        verb.parameters().forEach(parameter -> usage.append(' ').append(label(parameter)));
        return usage.append(verb.verbs().isEmpty() ? "" : " [COMMAND]").toString();
    }

    private static String label(Parameter parameter) {
        return parameter.required() ? parameter.label() : "[" + parameter.label() + "]";
    }

    private static String label(Option option) {
        String value = option.hasArg() ? "=" + option.getArgName() : "";
        if (option.getOpt() == null) {
            return NO_LETTER + "--" + option.getLongOpt() + value;
        }
        return "  -" + option.getOpt() + (option.hasLongOpt() ? ", --" + option.getLongOpt() : "") + value;
    }
}
