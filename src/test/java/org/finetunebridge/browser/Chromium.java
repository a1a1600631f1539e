package org.finetunebridge.browser;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A headless Chromium in a process of its own: the one that {@code -Dchromium=PATH} names, else the one that Maven
 * brought, else one on the PATH.
 */
public final class Chromium implements AutoCloseable {

    static final List<String> FLAGS = List.of("--headless=new", "--ozone-platform=headless", "--no-sandbox",
            "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-port=0", "--remote-allow-origins=*",
            "--no-first-run", "--no-default-browser-check", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--disable-extensions", "--hide-scrollbars",
            "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1", "--lang=en");
    private static final Path BROUGHT = Path.of("target/chromium");
    private static final String SAYS = "DevTools listening on ";
    private static final int PATIENCE = 60;

    private final Process process;
    private final CompletableFuture<URI> address = new CompletableFuture<>();

    private Chromium(Process process) {
        this.process = process;
        var reader = new Thread(this::read, "chromium");
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Starts the first that does start.
     *
     * @param data an empty folder
     * @return null if there is none
     */
    public static Chromium start(Path data) throws IOException {
        for (List<String> command : commands(data)) {
            var builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().put("LD_LIBRARY_PATH", BROUGHT.resolve("cef").toAbsolutePath().toString());
            builder.environment().put("HOME", data.toString());
            var chromium = new Chromium(builder.start());
            if (chromium.isUp()) {
                System.out.println("Chromium: " + command.get(0));
                return chromium;
            }
            chromium.close();
        }
        return null;
    }

    /** A new tab. */
    public Tab tab() {
        return new Tab(address.join());
    }

    @Override
    public void close() {
        List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
        process.destroyForcibly();
        all.forEach(ProcessHandle::destroyForcibly);
        process.onExit().orTimeout(PATIENCE, TimeUnit.SECONDS).join();
        all.forEach(one -> one.onExit().orTimeout(PATIENCE, TimeUnit.SECONDS).join());
    }

    private boolean isUp() {
        try {
            address.orTimeout(PATIENCE, TimeUnit.SECONDS).join();
            return true;
        } catch (RuntimeException e) {
            return false;
        }
    }

    private void read() {
        var said = new StringBuilder();
        try (BufferedReader reader = process.inputReader()) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                said.append(line).append('\n');
                if (line.startsWith(SAYS)) {
                    address.complete(URI.create(line.substring(SAYS.length()).strip()));
                }
            }
        } catch (IOException e) {
            said.append(e);
        }
        address.completeExceptionally(new IllegalStateException("it ended: " + said));
    }

    private static List<List<String>> commands(Path data) {
        List<List<String>> commands = new ArrayList<>();
        String named = System.getProperty("chromium");
        if (named != null) {
            return List.of(program(Path.of(named), data));
        }
        Path cef = unpacked();
        if (cef != null) {
            commands.add(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx64m", "-cp",
                    System.getProperty("java.class.path"), Cef.class.getName(), cef.toString(),
                    data.resolve("cef").toString()));
        }
        for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            Stream.of("chromium", "chromium-browser", "google-chrome").map(name -> Path.of(folder, name))
                    .filter(Files::isExecutable).forEach(program -> commands.add(program(program, data)));
        }
        return commands;
    }

    private static List<String> program(Path program, Path data) {
        List<String> command = new ArrayList<>(List.of(program.toString(), "--user-data-dir=" + data.resolve("data")));
        command.addAll(FLAGS);
        return command;
    }

    /** Maven unpacks the jar; what is in it keeps file modes, and so is not a jar but an archive. */
    private static Path unpacked() {
        Path folder = BROUGHT.resolve("cef").toAbsolutePath();
        if (!Files.isDirectory(BROUGHT) || Files.isRegularFile(folder.resolve("libcef.so"))) {
            return Files.isDirectory(BROUGHT) ? folder : null;
        }
        try (Stream<Path> files = Files.list(BROUGHT)) {
            Path archive = files.filter(file -> file.toString().endsWith(".tar.gz")).findFirst().orElse(null);
            if (archive == null) {
                return null;
            }
            Files.createDirectories(folder);
            Process tar = new ProcessBuilder("tar", "-xzf", archive.toString(), "-C", folder.toString()).inheritIO().start();
            return tar.waitFor() == 0 ? folder : null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
