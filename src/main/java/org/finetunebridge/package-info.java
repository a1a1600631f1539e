/**
 * FineTune Bridge: watch, fetch, map, tell what is new, publish and remember in one commit.
 *
 * <p>A poll is an observation. An event is the difference between an observation and what has already been told. A
 * commit is the promise kept.
 *
 * <p>{@code watch} knows time, {@code fetch} knows HTTP, a mapping in {@code routes/} knows a provider, {@code memory}
 * knows what was told, {@code sink} knows a destination. Nothing knows two of these.
 */
package org.finetunebridge;
