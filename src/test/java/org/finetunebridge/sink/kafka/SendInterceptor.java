package org.finetunebridge.sink.kafka;

import java.util.Map;
import org.apache.kafka.clients.producer.ProducerInterceptor;
import org.apache.kafka.clients.producer.RecordMetadata;

/** Sees each record before it is sent, and nothing else. Kafka makes it by its name. */
abstract class SendInterceptor implements ProducerInterceptor<byte[], byte[]> {

    @Override
    public void onAcknowledgement(RecordMetadata metadata, Exception e) {}

    @Override
    public void close() {}

    @Override
    public void configure(Map<String, ?> configuration) {}
}
