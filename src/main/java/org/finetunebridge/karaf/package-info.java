/**
 * The bridge in Apache Karaf: the same routes and keys, configured by {@code etc/org.finetunebridge.cfg} and
 * restarted when that file changes.
 */
package org.finetunebridge.karaf;
