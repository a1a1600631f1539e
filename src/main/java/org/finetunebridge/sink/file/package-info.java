/**
 * The file sink: NDJSON files by UTC day, the state log with its checksums, and the directory lock.
 */
package org.finetunebridge.sink.file;
