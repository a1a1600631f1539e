/**
 * When what is read, and what of it is new. {@code PollSchedule} decides when to ask, wait, retry or suspend; a
 * {@code ListReader} decides how a list is paged; {@code ChangeDetector} compares a page with what was published.
 * Pure but for {@code SourcePoller} and {@code PollDispatcher}, which own the locks and threads and decide nothing.
 */
package org.finetunebridge.polling;
