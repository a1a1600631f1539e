package org.finetunebridge.connect;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.kafka.clients.producer.Partitioner;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.connect.errors.RetriableException;

/** Lets some records of a topic through, and none after them as long as a file is there: each send is to be tried again. */
public final class StuckPartitioner implements Partitioner {

    static final String FILE = "stuck.file";
    static final String TOPIC = "stuck.topic";
    static final int SENT = 30;

    private final AtomicInteger sent = new AtomicInteger();
    private Path file;
    private String stuck;

    /** Puts this class into the plugin. */
    static void pack(Path plugins) throws IOException {
        String name = StuckPartitioner.class.getName().replace('.', '/') + ".class";
        try (Stream<Path> folders = Files.list(plugins)) {
            Path jar = folders.findFirst().orElseThrow().resolve("lib/stuck-partitioner.jar");
            try (var out = new ZipOutputStream(Files.newOutputStream(jar));
                    InputStream in = StuckPartitioner.class.getResourceAsStream('/' + name)) {
                out.putNextEntry(new ZipEntry(name));
                in.transferTo(out);
                out.closeEntry();
            }
        }
    }

    @Override
    public void configure(Map<String, ?> configuration) {
        file = Path.of((String) configuration.get(FILE));
        stuck = (String) configuration.get(TOPIC);
    }

    @Override
    public int partition(String topic, Object key, byte[] keyBytes, Object value, byte[] valueBytes, Cluster cluster) {
        if (topic.equals(stuck) && sent.get() >= SENT && Files.exists(file)) {
            throw new RetriableException("stuck");
        }
        if (topic.equals(stuck)) {
            sent.incrementAndGet();
        }
        return Math.floorMod(Arrays.hashCode(keyBytes), cluster.partitionCountForTopic(topic));
    }

    @Override
    public void close() {}
}
