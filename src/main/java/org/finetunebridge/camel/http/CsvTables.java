package org.finetunebridge.camel.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.apache.camel.Body;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.provider.ProviderException;

/** What {@code fetch.camel.yaml} calls for an answer that is a table: its rows as JSON, for a mapping. */
public final class CsvTables {

    /** More steps than a fine-tuning has; each is held in memory as an object, and becomes an event. */
    static final int MOST_ROWS = 20_000;
    private static final CsvMapper CSV = CsvMapper.csvBuilder().enable(CsvParser.Feature.TRIM_SPACES)
            .enable(CsvParser.Feature.SKIP_EMPTY_LINES).enable(CsvParser.Feature.IGNORE_TRAILING_UNMAPPABLE)
            .enable(CsvParser.Feature.INSERT_NULLS_FOR_MISSING_COLUMNS).build();
    private static final CsvSchema WITH_A_HEAD = CsvSchema.emptySchema().withHeader();
    private static final String MARK = "\uFEFF";

    /**
     * Reads CSV with a head, plain or as base64.
     *
     * @return {@code rows}, a list of objects of texts; fields that are empty are left out
     * @throws ProviderException if the answer is no such table, or has too many rows: asking again would not help
     */
    public JsonNode read(@Body byte[] answer) {
        String text = text(answer);
        ObjectNode table = JsonNodeFactory.instance.objectNode();
        ArrayNode rows = table.putArray("rows");
        if (text.isBlank()) {
            return table;
        }
        try (MappingIterator<ObjectNode> all = CSV.readerFor(ObjectNode.class).with(WITH_A_HEAD).readValues(text)) {
            while (all.hasNext()) {
                ObjectNode row = all.next();
                row.properties().removeIf(field -> field.getValue().isNull() || field.getValue().asText().isEmpty());
                rows.add(row);
                if (rows.size() > MOST_ROWS) {
                    throw ProviderException.of(ErrorAction.JOB, "the file has more than " + MOST_ROWS + " rows", null);
                }
            }
            return table;
        } catch (IOException | RuntimeException e) {
            ProviderException own = e instanceof ProviderException failure ? failure : null;
            throw own != null ? own : ProviderException.of(ErrorAction.JOB, "the file is no CSV with a head", answer);
        }
    }

    /** Base64 has no comma, and a head of several columns has one. */
    private static String text(byte[] answer) {
        String text = new String(answer, StandardCharsets.UTF_8);
        if (!text.isBlank() && text.indexOf(',') < 0) {
            try {
                byte[] decoded = Base64.getMimeDecoder().decode(text.strip());
                text = decoded.length == 0 || text.contains("_") ? text : new String(decoded, StandardCharsets.UTF_8);
            } catch (IllegalArgumentException e) {
                return text;
            }
        }
        return text.startsWith(MARK) ? text.substring(1) : text;
    }
}
