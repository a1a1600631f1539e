/**
 * Publishes dead letters again through today's mappings. Stands above polling, which it uses.
 */
package org.finetunebridge.replay;
