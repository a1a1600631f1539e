/**
 * One request and its answer: the key in its header, bounds of size and time, what an error means. Knows HTTP; must not
 * know jobs, events or memory. Retries nothing: the watch does.
 */
package org.finetunebridge.camel.http;
