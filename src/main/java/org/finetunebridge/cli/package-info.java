/**
 * The command line: how arguments are read, a class for each verb, where configuration comes from, and what each exit code means.
 */
package org.finetunebridge.cli;
