package org.finetunebridge.sink.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Looks for what a topic says last under one key. Only the first look reads all of the topic. */
final class LatestRecordReader {

    private final CompactedTopicReader reader;
    private final byte[] key;
    private Map<Integer, Long> read = Map.of();
    private String last;

    LatestRecordReader(CompactedTopicReader reader, String key) {
        this.reader = reader;
        this.key = key.getBytes(UTF_8);
    }

    /** What was committed last; null if nothing was. */
    String again() throws ExecutionException, InterruptedException {
        read = reader.read(read, this::see);
        return last;
    }

    private void see(ConsumerRecord<byte[], byte[]> record) {
        if (Arrays.equals(key, record.key())) {
            last = record.value() == null ? null : new String(record.value(), UTF_8);
        }
    }
}
