/**
 * Foreign text made safe: for a log line, for a URL, and without the api key. Pure.
 */
package org.finetunebridge.text;
