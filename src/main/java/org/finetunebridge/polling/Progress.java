package org.finetunebridge.polling;

/**
 * How far the reading came.
 *
 * @param resource which of the resources is read now
 * @param place    where its reading stands; null before it began
 * @param ending   the job's end, seen and not published yet; may be null
 */
record Progress(int resource, ListPosition place, DeferredEnd ending) {}
