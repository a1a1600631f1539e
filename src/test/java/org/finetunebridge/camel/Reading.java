package org.finetunebridge.camel;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.finetunebridge.provider.RequestAttempt;

/** What the routes may ask of a poll, without a poll: so many resources to read, one after the other. */
public final class Reading {

    private final Deque<String> resources;
    private final RequestAttempt attempt = new RequestAttempt();

    Reading(String... resources) {
        this.resources = new ArrayDeque<>(Arrays.asList(resources));
    }

    void passed() {
        resources.remove();
    }

    boolean isReading() {
        return !resources.isEmpty();
    }

    String resource() {
        return resources.peek();
    }

    public String getSource() {
        return "acme";
    }

    public RequestAttempt getAttempt() {
        return attempt;
    }

    public String getJobPath() {
        return "ft%2F1";
    }

    public String getJobJson() {
        return "\"1\\\"7\"";
    }

    public String getCursorPath() {
        return "3";
    }

    public String getCursorJson() {
        return "\"300\"";
    }
}
