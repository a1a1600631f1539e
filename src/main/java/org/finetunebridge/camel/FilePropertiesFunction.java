package org.finetunebridge.camel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.apache.camel.spi.PropertiesFunction;

/** {@code {{file:/run/secrets/key}}}: the content of a file, as secrets are mounted; without white space at its end, or a mark of its byte order. */
public final class FilePropertiesFunction implements PropertiesFunction {

    @Override
    public String getName() {
        return "file";
    }

    @Override
    public String apply(String path) {
        try {
            String text = Files.readString(Path.of(path.strip()), StandardCharsets.UTF_8);
            return (text.startsWith("\ufeff") ? text.substring(1) : text).stripTrailing();
        } catch (IOException | InvalidPathException e) {
            throw new IllegalArgumentException("cannot read the file " + path, e);
        }
    }
}
