/** How each source, the sink and the state stand, and Camel's health checks that say so. */
package org.finetunebridge.observability.health;
