package org.finetunebridge.sink.kafka;

import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.ProducerInterceptor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/** Takes its time over every record, so that a kill at any moment mostly comes in the middle of a commit. */
public final class Dawdler implements ProducerInterceptor<byte[], byte[]> {

    private static final long NANOS = 500_000;

    @Override
    public ProducerRecord<byte[], byte[]> onSend(ProducerRecord<byte[], byte[]> record) {
        LockSupport.parkNanos(NANOS);
        return record;
    }

    @Override
    public void onAcknowledgement(RecordMetadata metadata, Exception e) {}

    @Override
    public void close() {}

    @Override
    public void configure(Map<String, ?> configuration) {}
}
