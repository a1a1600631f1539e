package org.finetunebridge.camel;

import java.util.ArrayList;
import java.util.List;
import org.apache.camel.PropertyBindingException;
import org.finetunebridge.settings.InvalidConfigurationException;
import org.finetunebridge.sink.InstanceFencedException;
import org.finetunebridge.sink.SinkUnavailableException;
import org.finetunebridge.text.LogSanitizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What Camel says of route files it cannot use, as one line for who wrote them. */
final class StartupFailureAnalyzer {

    private static final Logger LOG = LoggerFactory.getLogger(StartupFailureAnalyzer.class);

    private StartupFailureAnalyzer() {}

    /** The exception to end a start with: our own if there is one, else what is wrong with the routes. */
    static RuntimeException understood(Exception why) {
        for (Throwable cause = why; cause != null; cause = cause.getCause()) {
            if (cause instanceof InvalidConfigurationException || cause instanceof SinkUnavailableException || cause instanceof InstanceFencedException) {
                return (RuntimeException) cause;
            }
            if (cause instanceof PropertyBindingException rejected && rejected.getOptionKey() != null) {
                return new InvalidConfigurationException(List.of(key(rejected) + " = ***: Camel has no such key, or cannot use this value"));
            }
        }
        LOG.debug("The routes cannot be used", why);
        return new InvalidConfigurationException(List.of("the routes or mappings cannot be used: " + words(why)));
    }

    /** The messages of an exception and its causes as one line, each said once. */
    static String words(Throwable why) {
        List<String> reasons = new ArrayList<>();
        for (Throwable cause = why; cause != null; cause = cause.getCause()) {
            String reason = message(cause);
            if (!reason.isBlank() && reasons.stream().noneMatch(said -> said.contains(reason))) {
                reasons.add(reason);
            }
        }
        return String.join(": ", reasons);
    }

    /** Camel would name the value too, and that may be a secret. */
    private static String key(PropertyBindingException rejected) {
        String prefix = rejected.getOptionPrefix();
        return prefix == null || prefix.isEmpty() ? rejected.getOptionKey()
                : prefix.replaceFirst("[.]$", "") + '.' + rejected.getOptionKey();
    }

    /** A message often begins with the name of a class, which says nothing to who wrote YAML. */
    private static String message(Throwable cause) {
        String message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return LogSanitizer.line(message.replaceAll("\\b[a-z]+(\\.[A-Za-z_$]+)*\\.[A-Z][A-Za-z_$]*(Exception|Error): ", "")
                .replaceAll("\\s+", " ")).strip();
    }
}
