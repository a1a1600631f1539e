/**
 * A stand-in for the providers, made of Camel routes: for the demo, and for every test.
 *
 * <p>A {@link org.finetunebridge.simulator.Simulation} holds the jobs of every account, in no provider's format. A
 * provider is files in {@code simulator/}: a line in {@code providers}, its routes, how it reads requests
 * ({@code -request.jslt}), how it answers (one mapping per resource), how it reports errors ({@code -error.jslt}) and
 * what its jobs look like ({@code -job-description.jslt}). Tests inject faults through a
 * {@link org.finetunebridge.simulator.Sandbox.ReplyFilter}.
 */
package org.finetunebridge.simulator;
