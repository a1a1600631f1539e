/**
 * Where events go, together with the state, in one commit. {@code Publisher} groups pages into commits; {@code
 * sink.file} and {@code sink.kafka} write them.
 */
package org.finetunebridge.sink;
