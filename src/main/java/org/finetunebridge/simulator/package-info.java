/**
 * A stand-in for the providers, made of Camel routes: for the demo, and for every test.
 *
 * <p>A {@link org.finetunebridge.simulator.Simulation} knows jobs and their lives, in words of no provider. A provider's
 * personality is files in {@code sandbox/}: a line in {@code providers}, its routes, how it is asked
 * ({@code -request.jslt}), how it answers (one mapping per resource), how it refuses ({@code -error.jslt}) and who
 * lives there ({@code -cast.jslt}). {@link org.finetunebridge.simulator.FaultInjector} spoils answers.
 */
package org.finetunebridge.simulator;
