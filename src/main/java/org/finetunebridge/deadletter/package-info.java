/**
 * What could not be used, as CloudEvents a person can act on. Knows records, failures and requests without headers;
 * must not know where letters are kept, nor who is asked to send them.
 */
package org.finetunebridge.deadletter;
