package org.finetunebridge.provider.validation;

import java.util.ArrayList;
import java.util.List;

/** What is wrong with files: a line each, which begins with the place. */
final class ValidationReport {

    private final List<String> lines = new ArrayList<>();

    /** @param line counted from 1; 0 if it is about the whole file */
    void add(String file, int line, String what) {
        lines.add(file + (line > 0 ? ":" + line : "") + ": " + what);
    }

    /** What names its place itself. */
    void add(String line) {
        lines.add(line);
    }

    List<String> lines() {
        return List.copyOf(lines);
    }
}
