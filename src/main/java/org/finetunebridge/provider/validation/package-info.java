/**
 * Validates the files of a provider: descriptor, route templates, mappings, error table.
 */
package org.finetunebridge.provider.validation;
