/**
 * The Kafka sink: events, dead letters and state in one transaction.
 */
package org.finetunebridge.sink.kafka;
