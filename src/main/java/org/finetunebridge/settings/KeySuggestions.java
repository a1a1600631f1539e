package org.finetunebridge.settings;

import java.util.Collection;
import java.util.Comparator;

/** Finds the word that somebody meant to write. */
public final class KeySuggestions {

    private KeySuggestions() {}

    /** The nearest known word, if one is near enough to be what was meant. */
    public static String hint(String word, Collection<String> known) {
        return known.stream().min(Comparator.comparingInt(one -> distance(word, one)))
                .filter(one -> distance(word, one) <= Math.max(2, word.length() / 3))
                .map(one -> "; did you mean " + one + "?").orElse("");
    }

    /** Levenshtein's edit distance, row by row: how many letters have to be changed, put in or left out. */
    static int distance(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int column = 0; column < row.length; column++) {
            row[column] = column;
        }
        for (int line = 1; line <= one.length(); line++) {
            int diagonal = row[0];
            row[0] = line;
            for (int column = 1; column < row.length; column++) {
                int above = row[column];
                int same = one.charAt(line - 1) == other.charAt(column - 1) ? 0 : 1;
                row[column] = Math.min(diagonal + same, Math.min(row[column], row[column - 1]) + 1);
                diagonal = above;
            }
        }
        return row[other.length()];
    }
}
