package org.finetunebridge.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.DefaultParser.NonOptionAction;
import org.apache.commons.cli.ParseException;

/**
 * Finds the verb of a line and what is given to it. The options are those of that verb, wherever they stand; none are made for the
 * others. Stricter than the library: a long option has two hyphens and its whole name, and a value is taken as it stands.
 */
final class ArgumentParser {

    private static final String CONFIG = "--" + Verb.CONFIG;
    private static final String SET = "-" + Verb.SET;

    private final String[] arguments;
    /** What the library reads. */
    private final List<String> words = new ArrayList<>();
    private final List<String> unknown = new ArrayList<>();
    private final List<String> afterOptions = new ArrayList<>();
    /** Long options after the last verb: one of them may stand there once. */
    private final Set<String> seen = new HashSet<>();
    private String repeated;
    private boolean isHelpSeen;
    private boolean isArgumentSeen;
    private Verb verb;

    /** @param root the verb of a line that names none */
    ArgumentParser(Verb root, String... arguments) {
        this.verb = root;
        this.arguments = arguments;
    }

    /** Returns the verb, ready to be called. Where help or the version is wanted, hardly anything else has to be right. */
    Verb parse(BridgeCommand command) throws MisuseException {
        sortWords();
        CommandLine line;
        try {
            line = DefaultParser.builder().setAllowPartialMatching(false).setStripLeadingAndTrailingQuotes(false).get()
                    .parse(verb.options(), null, NonOptionAction.SKIP, words.toArray(new String[0]));
        } catch (ParseException e) {
            throw new MisuseException(MisuseReport.of(e));
        }
        List<String> given = new ArrayList<>();
        for (String word : line.getArgList()) {
            (isOption(word) ? unknown : given).add(word);
        }
        given.addAll(afterOptions);
        verb.begin(command, line, given);
        boolean isFine = unknown.isEmpty() && repeated == null && verb.takes(given.size());
        if (!isFine && !verb.has(Verb.HELP) && !verb.has(Verb.VERSION)) {
            throw new MisuseException(new MisuseReport(verb, arguments).of(unknown, repeated, given));
        }
        return verb;
    }

    /** Takes the verbs out of the line, and puts what the library would take for something else into words that it reads as meant. */
    private void sortWords() {
        boolean isValue = false;
        for (int place = 0; place < arguments.length; place++) {
            String word = arguments[place];
            if (word.equals("--")) {
                afterOptions.addAll(Arrays.asList(arguments).subList(place + 1, arguments.length));
                return;
            }
            if (isValue) {
                words.add(word);
                isValue = false;
            } else if (isOption(word)) {
                isValue = word.equals(CONFIG) || word.equals(SET);
                option(word);
            } else {
                plain(word);
            }
        }
    }

    private void option(String word) {
        if (word.startsWith("--")) {
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            repeated = seen.add(name) ? repeated : name;
            isHelpSeen = isHelpSeen || word.equals("--help") || word.equals("--version");
            words.add(word);
        } else if (word.startsWith(SET)) {
            // Of -Dkey=value the library would make an option "Dkey".
            words.add(word.length() == 2 || word.charAt(2) == '=' ? word : "-D=".concat(word.substring(2)));
        } else if (isHelp(word)) {
            isHelpSeen = true;
            words.add(word);
        } else {
            unknown.add(word); // the library would take -config, and even -configFILE
        }
    }

    private void plain(String word) {
        Verb next = isHelpSeen || isArgumentSeen ? null : verb.verb(word);
        if (next == null) {
            isArgumentSeen = true;
            words.add(word);
        } else {
            verb = next;
            seen.clear();
        }
    }

    private static boolean isOption(String word) {
        return word.length() > 1 && word.charAt(0) == '-';
    }

    /** {@code -h}, {@code -V}, or both in one. */
    private static boolean isHelp(String word) {
        for (int place = 1; place < word.length(); place++) {
            if ("hV".indexOf(word.charAt(place)) < 0) {
                return false;
            }
        }
        return true;
    }
}
