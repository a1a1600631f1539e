/** The status page: the state and the last events as HTML from one template, without a script. */
package org.finetunebridge.observability.statuspage;
