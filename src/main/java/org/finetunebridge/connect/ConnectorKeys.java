package org.finetunebridge.connect;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.finetunebridge.polling.JobShard;
import org.finetunebridge.settings.Configuration;
import org.finetunebridge.settings.SecretMask;

/**
 * The keys of the connector with what they mean, for those who look with Connect's tools: read from the packed
 * {@code application.properties}, so that each is described once.
 */
final class ConnectorKeys {

    private static final Pattern KEY = Pattern.compile("(#?)([a-z][a-z0-9-]*\\.[a-z0-9.-]+) =(.*)");
    /** Examples at the end of the file. */
    private static final Pattern EXAMPLE = Pattern.compile("team-b\\..*");
    private static final String GROUP = "FineTune Bridge";

    private ConnectorKeys() {}

    static ConfigDef definition() {
        var definition = new ConfigDef();
        int order = 0;
        List<String> comment = new ArrayList<>();
        for (String line : text().lines().toList()) {
            Matcher key = KEY.matcher(line);
            if (key.matches()) {
                order = add(definition, key.group(2), key.group(1).isEmpty() ? key.group(3).strip() : null,
                        String.join(" ", comment), order);
            } else if (line.startsWith("# ") && !line.startsWith("# --")) {
                comment.add(line.substring(2).strip());
                continue;
            }
            comment.clear();
        }
        define(definition, ConnectorSettings.HEARTBEAT_TOPIC, ConnectorSettings.HEARTBEAT_DEFAULT, "Topic of records that carry"
                + " state without an event; should be compacted. Transforms must not drop them.", order + 1);
        define(definition, ConnectorSettings.sections(Map.of()).get(0) + ConnectorSettings.PARTS, "1", "Over how many tasks the jobs of this account are spread, 1 to "
                + JobShard.BUCKETS + ", at most tasks.max. Each task lists the account, and has its part of rate and concurrency.", order + 2);
        return definition;
    }

    private static int add(ConfigDef definition, String key, String value, String comment, int order) {
        if (ConnectorSettings.isElsewhere(key) || EXAMPLE.matcher(key).matches() || definition.configKeys().containsKey(key)) {
            return order;
        }
        define(definition, key, key.equals(ConnectorSettings.MODE) ? ConnectorSettings.BINARY : value, comment, order);
        return order + 1;
    }

    private static void define(ConfigDef definition, String key, String value, String comment, int order) {
        boolean secret = SecretMask.isSecret(key);
        Importance importance = secret || key.equals(ConnectorSettings.SOURCES) ? Importance.HIGH : Importance.MEDIUM;
        definition.define(key, secret ? Type.PASSWORD : Type.STRING, value, importance, comment, GROUP, order, ConfigDef.Width.LONG, key);
    }

    private static String text() {
        try (InputStream in = ConnectorKeys.class.getClassLoader().getResourceAsStream(Configuration.FILE)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
