/**
 * Everything that Camel calls, and the bootstrap on Camel Main: routes of a provider, accounts, the steps of a poll.
 * The core packages below import no Camel.
 */
package org.finetunebridge.camel;
