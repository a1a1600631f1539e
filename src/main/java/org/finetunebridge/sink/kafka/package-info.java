/**
 * The Kafka sink: events, dead letters and state in one transaction, and the fence that keeps other instances out.
 */
package org.finetunebridge.sink.kafka;
