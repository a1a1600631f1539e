package org.finetunebridge.simulator;

import java.time.Instant;

/** A status, and when it began. */
record StatusChange(Instant at, String status) {
}
