package org.finetunebridge.sandbox;

import java.time.Instant;

/** A status, and when it began. */
record Turn(Instant at, String status) {
}
