/**
 * The command line: a class for each verb. Knows where configuration comes from and which exit code says what; must not
 * know what a provider, a page or a sink is made of.
 */
package org.finetunebridge.cli;
