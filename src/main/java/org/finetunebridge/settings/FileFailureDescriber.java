package org.finetunebridge.settings;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Says why a file cannot be used: of the most frequent cause the JDK's exception names only the file. */
public final class FileFailureDescriber {

    private FileFailureDescriber() {}

    /**
     * What is wrong; of a file that this user may not touch, whose it is and what to do.
     *
     * @param failure what was thrown, itself or wrapped; of any other than a refusal its own words
     */
    public static String describe(Exception failure) {
        Throwable why = failure instanceof UncheckedIOException ? failure.getCause() : failure;
        if (!(why instanceof AccessDeniedException denied)) {
            return why.toString();
        }
        Path file = Path.of(denied.getFile()).toAbsolutePath();
        Path there = nearest(file);
        return denied.getFile() + ": " + (there.equals(file) ? "" : "cannot be made in " + there + ": ") + refusal(there);
    }

    /** The file itself, or else the nearest folder above it that is there: who may write to that can make it. */
    public static Path nearest(Path file) {
        Path there = file.toAbsolutePath();
        while (there.getParent() != null && Files.notExists(there)) {
            there = there.getParent();
        }
        return there;
    }

    /** What is wrong with a file that is there and that this user may not touch, without its name. */
    public static String refusal(Path file) {
        return "the user " + System.getProperty("user.name") + " may not read or write it" + owner(file)
                + ". Start the bridge as its owner, or give this user the right to it (chown)";
    }

    private static String owner(Path file) {
        try {
            return ", it belongs to " + Files.getOwner(file).getName();
        } catch (IOException | RuntimeException e) {
            return ""; // somebody who may not even look
        }
    }
}
