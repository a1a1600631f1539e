package org.finetunebridge.karaf;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import javax.management.JMException;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import javax.management.openmbean.TabularData;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.channel.ChannelShell;
import org.apache.sshd.client.keyverifier.AcceptAllServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;
import org.awaitility.core.ConditionTimeoutException;
import org.finetunebridge.Loopback;

/** A real Karaf in a process and a folder of its own: no network, ports of its own, one user. */
final class Karaf implements AutoCloseable {

    private static final Path DISTRIBUTION = Path.of("target", "apache-karaf-4.4.10");
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    /** It is started again and again, and lives for seconds: the optimizing compiler costs more than half of the time. */
    private static final String QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote";
    private static final String USER = "karaf";
    private static final String REPOSITORY = "repository/";

    private final Path home;
    private final int registry = Loopback.freePort();
    private final int jmx = Loopback.freePort();
    private final int ssh = Loopback.freePort();
    private Process process;
    private JMXConnector connector;

    Karaf(Path home) throws IOException {
        this.home = home;
        copyDistribution();
        edit("users.properties", "#karaf = ", "karaf = ");
        edit("users.properties", "#_g_", "_g_");
        edit("org.apache.karaf.management.cfg", "rmiRegistryPort = 1099", "rmiRegistryPort = " + registry);
        edit("org.apache.karaf.management.cfg", "rmiServerPort = 44444", "rmiServerPort = " + jmx);
        edit("org.apache.karaf.shell.cfg", "sshPort = 8101", "sshPort = " + ssh);
        edit("org.apache.karaf.shell.cfg", "sshHost = 0.0.0.0", "sshHost = 127.0.0.1");
        // A file counts once it looked the same twice: every change of etc/ or deploy/ would cost up to two seconds.
        edit("config.properties", "felix.fileinstall.poll   = 1000", "felix.fileinstall.poll   = 100");
        edit("org.apache.felix.fileinstall-deploy.cfg", "poll          = 1000", "poll          = 100");
        // Offline: what the kar does not hold cannot be had.
        Files.writeString(etc("org.ops4j.pax.url.mvn.cfg"), Files.readString(etc("org.ops4j.pax.url.mvn.cfg"))
                + "\norg.ops4j.pax.url.mvn.repositories=\n");
    }

    /** Once in a while its JMX connector does not come up: that is Karaf's trouble, and starting it again helps. */
    void start() throws IOException {
        for (int attempt = 1; !startsOnce(); attempt++) {
            if (attempt == 3) {
                throw new IllegalStateException("no JMX after three starts: " + log());
            }
            System.out.println("Karaf is started again, for it has no JMX: " + log());
            kill();
        }
    }

    private boolean startsOnce() throws IOException {
        launch();
        try {
            await().atMost(PATIENCE).ignoreExceptions().until(() -> mbeans("org.apache.karaf:type=bundle,*").size() == 1);
            return true;
        } catch (ConditionTimeoutException e) {
            return false;
        }
    }

    private void launch() throws IOException {
        var builder = new ProcessBuilder("bash", home.resolve("bin/karaf").toString(), "server");
        builder.environment().put("KARAF_EXEC", "exec");
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("EXTRA_JAVA_OPTS", QUICK);
        builder.environment().keySet().removeIf(name -> name.startsWith("DASHSCOPE") || name.startsWith("BRIDGE"));
        // Set by somebody who forgot to name the source.
        builder.environment().put("OPENAI_API_KEY", "sk-of-nobody");
        process = builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(home.resolve("out.log").toFile())).start();
    }

    /** As a power cut, but for the disk. */
    void kill() {
        disconnect();
        await().atMost(PATIENCE).until(() -> !process.destroyForcibly().isAlive());
    }

    /** As a service manager does; the exit code. */
    int terminate() throws InterruptedException {
        disconnect();
        process.destroy();
        return process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) ? process.exitValue() : -1;
    }

    Path etc(String name) {
        return home.resolve("etc").resolve(name);
    }

    Path home() {
        return home;
    }

    /** Writes a file as an editor should: nobody sees half of it. */
    void write(Path file, String text) throws IOException {
        Path whole = home.resolve("data/tmp/" + file.getFileName() + ".new");
        Files.createDirectories(whole.getParent());
        Files.writeString(whole, text);
        move(whole, file);
    }

    void configure(Map<String, String> keys) throws IOException {
        var text = new StringBuilder();
        keys.forEach((key, value) -> text.append(key).append(" = ").append(value).append('\n'));
        write(etc("org.finetunebridge.cfg"), text.toString());
    }

    void deploy(Path file, String name) throws IOException {
        Path whole = home.resolve("data/tmp/" + name);
        Files.createDirectories(whole.getParent());
        Files.createDirectories(home.resolve("deploy"));
        Files.copy(file, whole, StandardCopyOption.REPLACE_EXISTING);
        move(whole, home.resolve("deploy").resolve(name));
    }

    void undeploy(String name) throws IOException {
        Files.delete(home.resolve("deploy").resolve(name));
    }

    /** Puts what a kar holds where Karaf looks for Maven artifacts; the URL of its features. */
    String unpackRepository(Path kar) throws IOException {
        String features = null;
        try (var zip = new ZipFile(kar.toFile())) {
            for (ZipEntry entry : Collections.list(zip.entries())) {
                if (entry.isDirectory() || !entry.getName().startsWith(REPOSITORY)) {
                    continue;
                }
                Path file = home.resolve("system").resolve(entry.getName().substring(REPOSITORY.length()));
                Files.createDirectories(file.getParent());
                Files.copy(zip.getInputStream(entry), file, StandardCopyOption.REPLACE_EXISTING);
                if (file.toString().endsWith("-features.xml")) {
                    features = "mvn:org.finetunebridge/finetune-bridge/" + file.getParent().getFileName()
                            + "/xml/features";
                }
            }
        }
        return features;
    }

    /** The log since the last call of {@link #mark}. */
    String log() {
        try {
            String text = Files.readString(home.resolve("data/log/karaf.log"), UTF_8);
            return text.substring(Math.min(marked, text.length()));
        } catch (IOException e) {
            return "";
        }
    }

    private int marked;

    void mark() {
        marked = 0;
        marked = log().length();
    }

    /** What a person gets to see who types this into the shell; the shell ends once {@code until} is seen. */
    String shell(String command, String until) throws IOException {
        Path out = Files.createTempFile(home, "shell", ".out");
        var builder = new ProcessBuilder("bash", home.resolve("bin/client").toString(), "-u", USER, "-p", USER,
                command);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("EXTRA_JAVA_OPTS", QUICK);
        Process client = builder.redirectErrorStream(true).redirectOutput(out.toFile()).start();
        try {
            await().atMost(PATIENCE).until(() -> Files.readString(out).contains(until) || !client.isAlive());
            return Files.readString(out);
        } finally {
            client.descendants().forEach(ProcessHandle::destroyForcibly);
            client.destroyForcibly();
        }
    }

    /** Types this at a terminal, as a person would, until the screen shows that. */
    void type(String keys, String until) throws IOException {
        try (SshClient client = SshClient.setUpDefaultClient()) {
            client.setServerKeyVerifier(AcceptAllServerKeyVerifier.INSTANCE);
            client.start();
            try (ClientSession session = client.connect(USER, "127.0.0.1", ssh).verify(PATIENCE).getSession()) {
                session.addPasswordIdentity(USER);
                session.auth().verify(PATIENCE);
                type(session, keys, until);
            }
        }
    }

    private static void type(ClientSession session, String keys, String until) throws IOException {
        var screen = new ByteArrayOutputStream();
        try (ChannelShell terminal = session.createShellChannel()) {
            terminal.setOut(screen);
            terminal.open().verify(PATIENCE);
            await().atMost(PATIENCE).until(() -> plain(screen).contains("karaf@root()>"));
            terminal.getInvertedIn().write(keys.getBytes(UTF_8));
            terminal.getInvertedIn().flush();
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(plain(screen)).contains(until));
        }
    }

    /** Without colours and movements of the cursor. */
    private static String plain(ByteArrayOutputStream screen) {
        return screen.toString(UTF_8).replaceAll("\u001b(\\[[0-9;?]*[a-zA-Z]|[=>])", "");
    }

    /** The state of the bundle, or null if there is none. */
    String bundle(String name) throws IOException, JMException {
        var bundles = (TabularData) server().getAttribute(one("bundle"), "Bundles");
        for (Object row : bundles.values()) {
            if (name.equals(((CompositeData) row).get("Symbolic Name"))
                    || name.equals(((CompositeData) row).get("Name"))) {
                return (String) ((CompositeData) row).get("State");
            }
        }
        return null;
    }

    /** {@code start}, {@code stop}, {@code refresh} … of a bundle, {@code installFeature} and the like of a feature. */
    void publish(String type, String operation, String subject) throws IOException, JMException {
        server().invoke(one(type), operation, new Object[] {subject}, new String[] {String.class.getName()});
    }

    List<String> mbeans(String pattern) throws IOException, JMException {
        return server().queryNames(new ObjectName(pattern), null).stream().map(ObjectName::toString).sorted().toList();
    }

    List<String> threads() throws IOException {
        ThreadMXBean threads = ManagementFactory.newPlatformMXBeanProxy(server(),
                ManagementFactory.THREAD_MXBEAN_NAME, ThreadMXBean.class);
        return Arrays.stream(threads.dumpAllThreads(false, false)).map(ThreadInfo::getThreadName).sorted().toList();
    }

    void collectGarbage() throws IOException, JMException {
        server().invoke(new ObjectName(ManagementFactory.MEMORY_MXBEAN_NAME), "gc", null, null);
    }

    @Override
    public void close() throws IOException {
        disconnect();
        if (process != null) {
            process.destroyForcibly();
            await().atMost(PATIENCE).until(() -> !process.isAlive());
        }
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file : (Iterable<Path>) files.sorted(java.util.Comparator.reverseOrder())::iterator) {
                Files.delete(file);
            }
        }
    }

    private static ObjectName one(String type) throws JMException {
        return new ObjectName("org.apache.karaf:type=" + type + ",name=root");
    }

    private MBeanServerConnection server() throws IOException {
        if (connector == null) {
            var url = new JMXServiceURL("service:jmx:rmi://127.0.0.1:" + jmx + "/jndi/rmi://127.0.0.1:" + registry
                    + "/karaf-root");
            connector = JMXConnectorFactory.connect(url, Map.of(JMXConnector.CREDENTIALS, new String[] {USER, USER}));
        }
        return connector.getMBeanServerConnection();
    }

    private void disconnect() {
        try {
            if (connector != null) {
                connector.close();
            }
        } catch (IOException e) {
            // the other end may be gone
        } finally {
            connector = null;
        }
    }

    private void copyDistribution() throws IOException {
        try (Stream<Path> files = Files.walk(DISTRIBUTION)) {
            for (Path file : new ArrayList<>(files.toList())) {
                Path copy = home.resolve(DISTRIBUTION.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else {
                    Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
    }

    private void edit(String name, String from, String to) throws IOException {
        String text = Files.readString(etc(name));
        if (!text.contains(from)) {
            throw new IllegalStateException(name + " of this Karaf has no '" + from + "'");
        }
        Files.writeString(etc(name), text.replace(from, to));
    }

    private static void move(Path from, Path to) {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
