/**
 * Commands for Karaf's shell. The shell alone loads them, so that the bundle works without it.
 */
package org.finetunebridge.karaf.command;
