/** What an operator asks the bridge in Karaf's shell. Loaded by the shell alone, so that the bundle does without it. */
package org.finetunebridge.karaf.command;
