/**
 * From a mapped record to an event: checks, clocks, ids, the CloudEvents envelope. Knows the page contract and the event
 * contract; must not know HTTP, memory, a sink, or any provider's words. Pure but for writing to memory.
 */
package org.finetunebridge.event;
