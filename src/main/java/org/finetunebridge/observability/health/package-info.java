/** Whether the bridge does what it is for: health checks for Camel's own registry. */
package org.finetunebridge.observability.health;
