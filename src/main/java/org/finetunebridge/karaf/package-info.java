/**
 * The bridge in Apache Karaf: the same routes and keys, with {@code etc/org.finetunebridge.cfg} laid over the
 * environment, and restarted when that file changes.
 */
package org.finetunebridge.karaf;
