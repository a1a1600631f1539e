package org.finetunebridge.event;

/**
 * A fact about to be published, with what only the state knows of it.
 *
 * @param previous the job's status before; null if this is its first, or the fact has no job status
 * @param sequence where in its list the record stands, from 0; null if its list does not grow at the end
 */
public record OutgoingEvent(Fact fact, String previous, Long sequence) {}
