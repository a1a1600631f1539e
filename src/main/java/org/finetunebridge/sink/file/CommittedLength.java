package org.finetunebridge.sink.file;

import java.nio.file.Path;

/**
 * How much of a file counts. What lies beyond was never committed, and a start cuts it off.
 *
 * @param file   absolute path
 * @param length bytes
 */
record CommittedLength(String file, long length) {

    Path path() {
        return Path.of(file);
    }
}
