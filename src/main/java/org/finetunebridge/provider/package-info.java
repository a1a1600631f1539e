/**
 * A provider as files: descriptor, mappings, error table. No class knows a provider by name.
 */
package org.finetunebridge.provider;
