package org.finetunebridge.sink.kafka;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * What a process takes up, in kB.
 *
 * @param heap    what lives in its heap
 * @param process its resident memory
 */
record Footprint(long heap, long process) {

    private static final Pattern TOTAL = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)");

    /** The histogram counts what lives at a collection; what a busy process allocates after it is not among it. */
    static Footprint of(BridgeProcess bridge) throws IOException {
        String pid = Long.toString(bridge.pid());
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        long heap = TOTAL.matcher(run(jcmd, pid, "GC.class_histogram")).results()
                .mapToLong(total -> Long.parseLong(total.group(1)) / 1024).sum();
        return new Footprint(heap, Long.parseLong(run("ps", "-o", "rss=", "-p", pid).strip()));
    }

    private static String run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } finally {
            process.destroyForcibly();
        }
    }

    @Override
    public String toString() {
        return heap / 1024 + " and " + process / 1024 + " MB";
    }
}
