package org.finetunebridge.cli;

import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.finetunebridge.settings.InvalidConfigurationException;

/** A word of the command line that does something: what it takes, what its help says, and the deed. */
abstract class Verb {

    static final String CONFIG = "config";
    static final String SET = "D";
    static final String HELP = "h";
    static final String VERSION = "V";

    private static final List<String> FOOTER = List.of(
            "To try it without a key and without a network, run: demo",
            "Exit codes: 0 all went well; 1 something could not be read or written;",
            "            2 the configuration is wrong;",
            "            follow and wait also: 3 the job FAILED or was CANCELLED;",
            "            4 --timeout passed.");

    private final String name;
    private final String description;
    private final List<Parameter> parameters;

    private BridgeCommand command;
    private CommandLine line;
    private List<String> arguments;
    private ConfigurationOptions configuration;

    /** @param name with the verb before it, if it belongs to one */
    Verb(String name, String description, Parameter... parameters) {
        this.name = name;
        this.description = description;
        this.parameters = List.of(parameters);
    }

    /** Does it, and returns the exit code. */
    abstract int call() throws Exception;

    /** Adds those that only this verb has, in the order of its help. */
    void addOptions(Options options) {
        // most have none
    }

    /** The names of the verbs that may follow this one, in the order of its help. */
    List<String> verbs() {
        return List.of();
    }

    /** The verb of this name that follows this one, made when it is asked for; null if there is none. */
    Verb verb(String following) {
        return null;
    }

    List<String> footer() {
        return FOOTER;
    }

    final String name() {
        return name;
    }

    final String description() {
        return description;
    }

    final List<Parameter> parameters() {
        return parameters;
    }

    /** Whether so many arguments are neither too few nor too many. */
    final boolean takes(int count) {
        return count <= parameters.size() && (count == parameters.size() || !parameters.get(count).required());
    }

    /** All that may stand after this verb: its own options, then those of every verb. */
    final Options options() {
        var options = new Options();
        addOptions(options);
        options.addOption(valued(CONFIG, "FILE", "Read this file instead of application.properties in the working directory."));
        options.addOption(valued(SET, null, "key=value", "Set one key; wins over files and environment."));
        options.addOption(new Option(HELP, "help", false, "Show this help message and exit."));
        options.addOption(new Option(VERSION, "version", false, "Print version information and exit."));
        return options;
    }

    /** An option that has a value. */
    static Option valued(String name, String label, String description) {
        return valued(null, name, label, description);
    }

    /** An option that is there or not. */
    static Option flag(String name, String description) {
        return new Option(null, name, false, description);
    }

    private static Option valued(String letter, String word, String label, String description) {
        var option = new Option(letter, word, true, description);
        option.setArgName(label);
        return option;
    }

    /**
     * From here on it can be called.
     *
     * @param given for the parameters
     */
    final void begin(BridgeCommand by, CommandLine options, List<String> given) {
        command = by;
        line = options;
        arguments = given;
        configuration = new ConfigurationOptions(value(CONFIG), options.getOptionValues(SET));
    }

    final ConfigurationOptions configuration() {
        return configuration;
    }

    final ProcessShutdown shutdown() {
        return command.shutdown();
    }

    final PrintWriter out() {
        return command.out();
    }

    final PrintWriter err() {
        return command.err();
    }

    /** Of an option: the last that was given; null for none. */
    final String value(String option) {
        String[] values = line.getOptionValues(option);
        return values == null ? null : values[values.length - 1];
    }

    final boolean has(String option) {
        return line.hasOption(option);
    }

    /** @param what the option or parameter that has this value */
    static Path path(String what, String value) {
        try {
            return Path.of(value);
        } catch (InvalidPathException e) {
            throw new InvalidConfigurationException(List.of(what + ": no file can have this name here: " + e.getReason()));
        }
    }

    /** Of a parameter, by its place; null if it was left out. */
    final String argument(int place) {
        return place < arguments.size() ? arguments.get(place) : null;
    }

    /** What stands at a place of its own. Those that may be left out come last. */
    record Parameter(String label, String description, boolean required) {

        static Parameter required(String label, String description) {
            return new Parameter(label, description, true);
        }

        static Parameter optional(String label, String description) {
            return new Parameter(label, description, false);
        }
    }
}
