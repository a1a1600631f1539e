/**
 * One request and its answer: the api key in its header, bounds of size and time, the provider's error made an
 * exception. Retries nothing; the poll schedule does.
 */
package org.finetunebridge.camel.http;
