/**
 * The bridge as a source connector of Kafka Connect. Reading, mapping and comparing are the same as in the process; Connect
 * writes the records and keeps the state, as source offsets, in one transaction. {@code SourceOffsets} and {@code JobIndex}
 * know the form of the offsets, and nothing of Kafka.
 */
package org.finetunebridge.connect;
