/** A real browser for the tests of the status page. */
package org.finetunebridge.browser;
