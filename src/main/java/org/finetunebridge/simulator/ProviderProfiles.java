package org.finetunebridge.simulator;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** The files of {@code simulator/}, read by exact name, because neither a jar nor a bundle lists its entries. */
final class ProviderProfiles {

    private ProviderProfiles() {
    }

    /** The providers that can be played. */
    static List<String> names() {
        return lines().map(words -> words[0]).toList();
    }

    /** The path below which a provider is played: two providers may use the same addresses. */
    static String path(String provider) {
        return lines().filter(words -> words[0].equals(provider) && words.length > 1).map(words -> words[1])
                .findFirst().orElse("").replaceFirst("/$", "");
    }

    /** A file; if the provider has none of its own, that of the provider it is like. */
    static String text(String file) {
        String own = read(file);
        return own != null ? own : lines().filter(words -> words.length > 2 && file.startsWith(words[0] + '-'))
                .map(words -> read(words[2] + file.substring(words[0].length()))).filter(Objects::nonNull).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the sandbox has no file " + file));
    }

    private static Stream<String[]> lines() {
        return read("providers").lines().filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(line -> line.split(" +"));
    }

    private static String read(String file) {
        try (InputStream in = ProviderProfiles.class.getResourceAsStream("/simulator/" + file)) {
            return in == null ? null : new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read simulator/" + file, e);
        }
    }
}
