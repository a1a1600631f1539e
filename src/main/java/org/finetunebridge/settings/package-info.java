/**
 * Every key, read and checked before anything is asked. Knows names, defaults and what is allowed; must not know what
 * is done with a value, and imports neither Camel nor Quartz. No message holds a secret.
 */
package org.finetunebridge.settings;
