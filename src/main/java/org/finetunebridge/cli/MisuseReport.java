package org.finetunebridge.cli;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.commons.cli.MissingArgumentException;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.ParseException;
import org.finetunebridge.cli.Verb.Parameter;
import org.finetunebridge.settings.SecretMask;

/** What is wrong with a line. With odd quotes or a missing = a secret stands where an option or a verb is expected: it is not repeated. */
final class MisuseReport {

    private static final Pattern OPTION = Pattern.compile("--?[A-Za-z][A-Za-z-]{0,30}");
    private static final Pattern OPTION_WITH_VALUE = Pattern.compile("(?s)(--?[A-Za-z][A-Za-z0-9._-]*)=.*");
    private static final Pattern VERB = Pattern.compile("[a-z]{1,20}");

    private final Verb verb;
    private final String[] arguments;

    /** @param arguments the whole line */
    MisuseReport(Verb verb, String... arguments) {
        this.verb = verb;
        this.arguments = arguments;
    }

    /** What the library says would repeat an argument. */
    static String of(ParseException e) {
        if (e instanceof MissingArgumentException missing) {
            Option option = missing.getOption();
            return "Missing required parameter for option '" + (option.hasLongOpt() ? "--" + option.getLongOpt() : "-" + option.getOpt())
                    + "' (" + option.getArgName() + ")";
        }
        return "The options cannot be understood";
    }

    /**
     * The first thing that is wrong.
     *
     * @param unknown what looks like an option
     * @param repeated an option, or null
     * @param given for the parameters
     */
    String of(List<String> unknown, String repeated, List<String> given) {
        if (!unknown.isEmpty()) {
            return ofUnknown(unknown);
        }
        if (repeated != null) {
            return "option '" + shown(repeated) + "' should be specified only once";
        }
        return given.size() > verb.parameters().size() ? ofTooMany(given) : ofTooFew(given.size());
    }

    private String ofUnknown(List<String> unknown) {
        for (String one : unknown) {
            String name = one.substring(0, Math.max(0, one.indexOf('=')));
            if (name.startsWith("--") && verb.options().hasLongOption(name)) {
                return name + " takes no value";
            }
        }
        return noSuch(unknown);
    }

    private String ofTooMany(List<String> given) {
        List<Parameter> parameters = verb.parameters();
        if (verb.name().isEmpty()) {
            return noSuch(given);
        }
        if (!verb.verbs().isEmpty()) {
            return verb.name() + " takes no argument but a verb: " + String.join(", ", verb.verbs());
        }
        return verb.name() + (parameters.isEmpty() ? " takes no argument" : " takes " + labels(parameters) + ", no more");
    }

    private String ofTooFew(int count) {
        List<Parameter> required = verb.parameters().stream().filter(Parameter::required).toList();
        List<Parameter> missing = required.subList(count, required.size());
        return "Missing required parameter" + (missing.size() == 1 ? ": " : "s: ") + missing.stream()
                .map(one -> "'" + one.label() + "'").collect(Collectors.joining(", ")) + "; " + verb.name() + " needs " + labels(required);
    }

    private static String labels(List<Parameter> parameters) {
        return parameters.stream().map(Parameter::label).collect(Collectors.joining(" and "));
    }

    private String noSuch(List<String> words) {
        return words.stream().map(this::shown).collect(Collectors.joining(", ")) + ": no such option, verb or argument";
    }

    private String shown(String argument) {
        Matcher valued = OPTION_WITH_VALUE.matcher(argument);
        if (valued.matches()) {
            return SecretMask.key(valued.group(1)) + "=***";
        }
        boolean mistypedVerb = argument.equals(arguments[0]) && VERB.matcher(argument).matches();
        return mistypedVerb || OPTION.matcher(argument).matches() ? argument : "***";
    }
}
