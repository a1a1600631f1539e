package org.finetunebridge.replay;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.finetunebridge.deadletter.DeadLetter;

/** How a replay of all dead letters went. */
public final class ReplayOutcome {

    private final Set<String> published = new HashSet<>();
    private final Map<String, Integer> reasons = new TreeMap<>();
    private final int letters;
    private int worked;

    ReplayOutcome(int letters) {
        this.letters = letters;
    }

    /** How many dead letters there were. */
    public int letters() {
        return letters;
    }

    /** How many of them left the store: what they are about was published now or before. */
    public int worked() {
        return worked;
    }

    /** How many stay. */
    public int left() {
        return letters - worked;
    }

    /** Why letters stay, and how many for each reason. */
    public Map<String, Integer> reasons() {
        return Map.copyOf(reasons);
    }

    void published(DeadLetter letter) {
        published.add(letter.text());
        worked++;
    }

    void stays(DeadLetter letter, String reason) {
        reasons.merge(reason, 1, Integer::sum);
    }

    /** Letters are told apart by their whole text: those of two accounts may share an id. */
    boolean isPublished(String letter) {
        return published.contains(letter);
    }

    boolean anyPublished() {
        return worked > 0;
    }

    /** One line, and one more for each reason why letters stay. */
    @Override
    public String toString() {
        if (letters == 0) {
            return "there are no dead letters";
        }
        var text = new StringBuilder(worked + " of " + letters + " dead letters work now" + (left() == 0 ? "" : ", " + left() + " stay"));
        reasons.forEach((reason, count) -> text.append(String.format("%n  %d: %s", count, reason)));
        return text.toString();
    }
}
