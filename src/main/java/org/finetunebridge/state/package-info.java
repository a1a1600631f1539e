/**
 * What was told, and what is news against it. Pure: no clock, no input or output, neither Camel nor any sink, so that
 * the same core can run where somebody else keeps the memory.
 */
package org.finetunebridge.state;
