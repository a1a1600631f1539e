/**
 * Where events go, and the state that says so in the same commit. Knows disks, locks and sessions; must not know
 * providers, HTTP, or what an event means.
 */
package org.finetunebridge.sink;
