package org.finetunebridge.settings;

import java.util.List;

/** The configuration cannot be used. Each problem is one line that names the key, the value and what is allowed. */
public final class InvalidConfigurationException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    /** @param problems for a person, no secret in them */
    public InvalidConfigurationException(List<String> problems) {
        super(String.join("; ", problems));
        this.problems = List.copyOf(problems);
    }

    /** One line each. */
    public List<String> problems() {
        return problems;
    }
}
