/**
 * From a mapped record to a fact: checks, clocks, ids. Pure. Knows the page contract of the mappings and the event
 * contract; knows no provider's words.
 */
package org.finetunebridge.event;
