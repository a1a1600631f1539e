/**
 * FineTune Bridge publishes every change of every LLM fine-tuning job once.
 *
 * <p>Each poll is compared with what has already been published; the differences become events; events and the new
 * state are committed together. {@code docs/architecture.md} shows the packages and the way of one page through
 * them.
 */
package org.finetunebridge;
