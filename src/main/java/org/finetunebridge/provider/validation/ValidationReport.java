package org.finetunebridge.provider.validation;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What is wrong with files, and what is better written otherwise: a line each, which begins with the place. */
final class ValidationReport {

    private final Set<String> problems = new LinkedHashSet<>();
    private final Set<String> hints = new LinkedHashSet<>();

    /** A problem. @param line counted from 1; 0 if it is about the whole file */
    void add(String file, int line, String what) {
        problems.add(place(file, line) + what);
    }

    /** A problem that names its place itself. */
    void add(String line) {
        problems.add(line);
    }

    /** What works, but is better written otherwise. @param line counted from 1 */
    void hint(String file, int line, String what) {
        hints.add(place(file, line) + what);
    }

    /** The problems. */
    List<String> lines() {
        return List.copyOf(problems);
    }

    /** Nothing that keeps the files from being used. */
    List<String> hints() {
        return List.copyOf(hints);
    }

    private static String place(String file, int line) {
        return file + (line > 0 ? ":" + line : "") + ": ";
    }
}
