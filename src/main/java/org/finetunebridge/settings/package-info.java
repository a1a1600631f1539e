/**
 * Every key, read and checked before anything is asked. Imports neither Camel nor Quartz. No message contains a
 * secret.
 */
package org.finetunebridge.settings;
