/**
 * What was published of each job, and what is new compared with it. Pure: no clock, no input or output.
 */
package org.finetunebridge.state;
