package org.finetunebridge.sink.kafka;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * What a process takes up, in kB.
 *
 * @param heap    what is left of its heap after a collection
 * @param process its resident memory
 */
record Footprint(long heap, long process) {

    private static final Pattern USED = Pattern.compile("generation\\s+total \\d+K, used (\\d+)K");

    /** Of a process that collects serially. */
    static Footprint of(BridgeProcess bridge) throws IOException {
        String pid = Long.toString(bridge.pid());
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        run(jcmd, pid, "GC.run");
        long heap = USED.matcher(run(jcmd, pid, "GC.heap_info")).results()
                .mapToLong(used -> Long.parseLong(used.group(1))).sum();
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
