package org.finetunebridge.provider.validation;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes routes of the templates in a file, as the bridge would; starts none of them. */
public interface RouteTemplateReader {

    /**
     * The templates of a route file, in its order.
     *
     * @param file       name of the file, for messages
     * @param text       its content
     * @param parameters given to each template; one that requires others gets examples for them
     * @throws IllegalArgumentException if the file cannot be loaded; the message says why, in one line
     */
    List<RouteTemplate> read(String file, String text, Map<String, String> parameters);

    /**
     * A template, as the route that is made of it.
     *
     * @param id        name of the template
     * @param line      of the file, from 1, on which it begins
     * @param address   the route is called by; may hold placeholders
     * @param required  parameters that it must be given
     * @param optional  parameters that it has values for
     * @param variables that its steps set
     * @param words     every text in it
     * @param refusal   why no route can be made of it; null if one can
     */
    record RouteTemplate(String id, int line, Words address, Set<String> required, Set<String> optional, Set<String> variables,
            List<Words> words, String refusal) {}

    /**
     * A text of a route.
     *
     * @param text   as it is written; may hold placeholders
     * @param simple whether Camel reads it as an expression of the language simple
     * @param line   of the file, from 1, at or before which the text begins
     */
    record Words(String text, boolean simple, int line) {}
}
