package org.finetunebridge.provider;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.schibsted.spt.data.jslt.Expression;
import com.schibsted.spt.data.jslt.JsltException;
import com.schibsted.spt.data.jslt.Parser;
import java.io.IOException;
import java.io.StringReader;
import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The mapping language, behind one method: the routes name a mapping, nothing else knows that it is JSLT. */
public final class JsltMapper {

    private static final String SUFFIX = ".jslt";

    private final RouteFiles files;
    private final Map<String, Expression> compiled = new ConcurrentHashMap<>();
    private final Map<String, String> names = new ConcurrentHashMap<>();

    /** @param files where the mappings are */
    public JsltMapper(RouteFiles files) {
        this.files = files;
    }

    /**
     * Compiles the mappings that these providers need, so that a broken one is found before anything is asked. Another one
     * is compiled when it is used.
     *
     * @throws IOException if a descriptor cannot be read
     */
    public JsltMapper compiled(Collection<String> providers) throws IOException {
        new ProviderRegistry(files).files(SUFFIX, providers).forEach(file -> compiled.computeIfAbsent(
                file.substring(0, file.length() - SUFFIX.length()), this::compile));
        return this;
    }

    /**
     * Maps an answer to a page.
     *
     * @param answer the provider's JSON
     * @param asked  what it answers, {@code job} and {@code cursor}: {@code $asked} in the mapping, for answers that do
     *               not say whose they are or where they stand
     * @param name   of the mapping: its file's name without the ending
     * @throws WrongShapeException if the answer is not what the mapping is made for, or the mapping makes no page of it
     */
    public JsonNode map(JsonNode answer, JsonNode asked, String name) {
        try {
            JsonNode page = compiled.computeIfAbsent(name, this::compile).apply(Map.of("asked", asked), answer);
            String wrong = PageSchema.problem(page);
            if (wrong != null) {
                throw new NoPageException(name + SUFFIX + " makes no page: " + wrong);
            }
            return page;
        } catch (JsltException e) {
            throw new WrongShapeException(e.getMessage(), e);
        }
    }

    /** Maps the answer of a resource by {@link #nameOf its mapping}. */
    public JsonNode mapResource(JsonNode answer, JsonNode asked, String provider, String resource) {
        return map(answer, asked, names.computeIfAbsent(provider + ' ' + resource, both -> nameOf(provider, resource)));
    }

    /**
     * The mapping of a resource. One job without a mapping of its own is mapped like a list of one: {@code job} by the
     * mapping of {@code jobs}. What a provider has not, it has from the one it is like.
     */
    public String nameOf(String provider, String resource) {
        try {
            String like = new ProviderRegistry(files).like(provider);
            return Stream.of(provider, like).flatMap(one -> Stream.of(one + '-' + resource, one + '-' + resource + 's'))
                    .filter(name -> files.has(name + SUFFIX)).findFirst().orElse(provider + '-' + resource);
        } catch (IOException e) {
            throw new IllegalStateException("cannot read the files of " + provider, e);
        }
    }

    /** What was asked, as a mapping sees it. */
    public static JsonNode asked(String job, String cursor) {
        return asked(job, cursor, 0);
    }

    /** @param read how many records of the list were read before this page */
    public static JsonNode asked(String job, String cursor, long read) {
        return JsonNodeFactory.instance.objectNode().put("job", job).put("cursor", cursor).put("read", read);
    }

    public Expression compile(String name) {
        try {
            // Absent stays absent, but an empty list that was sent is published as one. Not as the expression ". != null",
            // which would be evaluated, in a scope of its own, for every field of every record.
            return new Parser(new StringReader(files.read(name + SUFFIX))).withSource(name + SUFFIX)
                    .withObjectFilter(value -> !value.isNull()).compile();
        } catch (IOException e) {
            throw new IllegalStateException("cannot read " + name + SUFFIX, e);
        }
    }

    /** The answer as a whole is not what its mapping expects. */
    public static class WrongShapeException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        WrongShapeException(String why, Throwable cause) {
            super(why, cause);
        }
    }

    /** The mapping is at fault, not the answer: reading on would lose the record in silence. */
    public static final class NoPageException extends WrongShapeException {

        private static final long serialVersionUID = 1L;

        NoPageException(String why) {
            super(why, null);
        }
    }

    /**
     * The outline of a page, as {@code schemas/page.schema.json} says it. A mapping that misspells {@code facts} or
     * {@code next} would otherwise lose records in silence. The records themselves are checked where they are read.
     */
    static final class PageSchema {

        private static final Predicate<JsonNode> CURSOR = node -> node.isTextual() || node.isNumber();
        private static final Map<String, Predicate<JsonNode>> MEMBERS = Map.of("facts", JsonNode::isArray,
                "next", CURSOR, "mark", CURSOR, "more", node -> node.isBoolean() || "unknown".equals(node.textValue()), "newestFirst", JsonNode::isBoolean,
                "requestId", anything -> true);

        private PageSchema() {}

        /** What is wrong with it; null if nothing is. */
        static String problem(JsonNode page) {
            if (!page.isObject() || !page.has("facts")) {
                return "facts is missing";
            }
            for (Iterator<Map.Entry<String, JsonNode>> members = page.fields(); members.hasNext(); ) {
                Map.Entry<String, JsonNode> member = members.next();
                Predicate<JsonNode> fits = MEMBERS.get(member.getKey());
                if (fits == null) {
                    return "it has no member " + member.getKey() + ", only " + String.join(", ", new TreeSet<>(MEMBERS.keySet()));
                } else if (!fits.test(member.getValue())) {
                    return member.getKey() + " is of the wrong type";
                }
            }
            return null;
        }
    }
}
