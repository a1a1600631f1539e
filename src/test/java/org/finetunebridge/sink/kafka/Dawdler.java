package org.finetunebridge.sink.kafka;

import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Takes its time over every record, so that a kill at any moment mostly comes in the middle of a commit. */
public final class Dawdler extends SendInterceptor {

    private static final long NANOS = 500_000;

    @Override
    public ProducerRecord<byte[], byte[]> onSend(ProducerRecord<byte[], byte[]> record) {
        LockSupport.parkNanos(NANOS);
        return record;
    }
}
