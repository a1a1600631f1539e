/**
 * A provider as files: its descriptor, its mappings, its table of errors. Knows where the files are and how they are
 * read; must not know any provider by name.
 */
package org.finetunebridge.provider;
