/**
 * The file sink: NDJSON files by UTC day, the state log with its checksums, and the lock that keeps other instances
 * out.
 */
package org.finetunebridge.sink.file;
