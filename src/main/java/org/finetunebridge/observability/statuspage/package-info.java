/** The status page: what a person sees of the bridge, rendered here, without a script. */
package org.finetunebridge.observability.statuspage;
