/**
 * Dead letters as CloudEvents that a person can act on. Where they are kept is the sink's business; publishing them
 * again is {@code replay}'s.
 */
package org.finetunebridge.deadletter;
