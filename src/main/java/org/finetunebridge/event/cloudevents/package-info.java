/**
 * Facts as CloudEvents 1.0 in JSON: attributes, envelope, data. Pure.
 */
package org.finetunebridge.event.cloudevents;
