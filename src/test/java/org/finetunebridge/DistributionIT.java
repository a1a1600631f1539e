package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code mvn package} makes to be installed: archives and the Debian package, what is in them, and what makes them reproducible. */
class DistributionIT {

    private static final Path TARGET = Path.of("target");
    private static final String POM = pom();
    private static final String VERSION = first("<artifactId>finetune-bridge</artifactId>\\s*<version>([^<]+)", POM);
    private static final Instant STAMP = Instant.parse(first("<project.build.outputTimestamp>([^<]+)", POM));
    private static final Path TAR = TARGET.resolve("finetune-bridge-" + VERSION + ".tar.gz");
    private static final Path ZIP = TARGET.resolve("finetune-bridge-" + VERSION + ".zip");
    private static final Path DEB = TARGET.resolve("finetune-bridge_" + VERSION + "_all.deb");
    private static final Path CONNECT = TARGET.resolve("finetune-bridge-connect-" + VERSION + ".zip");
    private static final String ROOT = "finetune-bridge-" + VERSION + "/";
    private static final Pattern LISTED = Pattern.compile("(\\S{10}) (\\S+) +\\d+ (\\S+ \\S+) (.+)");

    @TempDir
    private Path folder;
    private Path stubs;
    private Path root;
    private Path said;

    private record Entry(String mode, String owner, String time) {}

    @BeforeEach
    void prepare() throws IOException {
        stubs = Files.createDirectory(folder.resolve("stubs"));
        root = Files.createDirectory(folder.resolve("root"));
        said = Files.createFile(folder.resolve("said"));
    }

    @Test
    void holdsTheProgramAndTheRightsToItInBothArchives() throws Exception {
        InstalledProgram.require("tar", "what is in the archive");
        Map<String, Entry> tar = listed(run("tar", "--utc", "--numeric-owner", "-tvzf", TAR.toString()));
        List<String> libraries = libraries();

        assertThat(tar.keySet()).allMatch(name -> name.startsWith(ROOT));
        assertThat(tar.keySet().stream().filter(name -> name.startsWith(ROOT + "lib/") && !name.endsWith("/"))
                .map(name -> name.substring((ROOT + "lib/").length()))).containsExactlyInAnyOrderElementsOf(libraries);
        assertThat(tar.keySet().stream().filter(name -> name.startsWith(ROOT + "routes/") && !name.endsWith("/"))
                .map(name -> name.substring((ROOT + "routes/").length()))).containsExactlyInAnyOrderElementsOf(files(Path.of("routes")));
        assertThat(tar.keySet()).contains(ROOT + "finetune-bridge.jar", ROOT + "application.properties", ROOT + "LICENSE",
                ROOT + "THIRD-PARTY.txt", ROOT + "systemd/finetune-bridge.service", ROOT + "docs/operating.md", ROOT + "README.md");
        assertThat(tar.containsKey(ROOT + "finetune-bridge-sbom.json"))
                .isEqualTo(Files.exists(TARGET.resolve("finetune-bridge-sbom.json")));
        tar.forEach((name, entry) -> assertThat(entry).as(name).isEqualTo(new Entry(name.endsWith("/") ? "drwxr-xr-x"
                : name.equals(ROOT + "bin/finetune-bridge") ? "-rwxr-xr-x" : "-rw-r--r--", entry.owner(), stamp("yyyy-MM-dd HH:mm"))));
        try (ZipFile zip = new ZipFile(ZIP.toFile())) {
            assertThat(zip.stream().filter(entry -> !entry.isDirectory()).map(ZipEntry::getName))
                    .containsExactlyInAnyOrderElementsOf(tar.keySet().stream().filter(name -> !name.endsWith("/")).toList());
        }
        String thirdParty = run("tar", "-xzOf", TAR.toString(), ROOT + "THIRD-PARTY.txt");
        for (String library : libraries) {
            Matcher name = Pattern.compile("(.+?)-(\\d.*)\\.jar").matcher(library);
            assertThat(name.matches()).as(library).isTrue();
            String line = thirdParty.lines().filter(one -> one.contains(':' + name.group(1) + ':' + name.group(2) + " - "))
                    .findFirst().orElse("");
            assertThat(line).as("THIRD-PARTY.txt about " + library).matches("\\s+\\(.+\\).*");
            String licences = ROOT + "licences/" + name.group(1);
            assertThat(line.contains("Apache") || line.contains("CC0") || tar.containsKey(licences + ".txt")
                    || tar.keySet().stream().anyMatch(one -> one.startsWith(licences) && one.contains("LICENSE")))
                    .as("the text of " + line).isTrue();
        }
    }

    /** Two builds of a commit differ where a time, an order or a mode of the machine gets in; .ci/reproducible compares two. */
    @Test
    void carriesNoTimeOfTheBuildAndChecksumsThatHold() throws Exception {
        for (Path archive : List.of(ZIP, CONNECT, TARGET.resolve("finetune-bridge.jar"), TARGET.resolve("finetune-bridge.kar"))) {
            try (ZipFile zip = new ZipFile(archive.toFile())) {
                assertThat(zip.stream().map(ZipEntry::getTimeLocal).distinct()).as(archive.toString())
                        .containsExactly(LocalDateTime.ofInstant(STAMP, ZoneOffset.UTC));
            }
        }
        for (Path archive : List.of(TAR, ZIP, CONNECT, DEB, TARGET.resolve("finetune-bridge.kar"))) {
            assertThat(Files.readString(Path.of(archive + ".sha256"))).matches("\\p{XDigit}{64}  \\Q" + archive.getFileName() + "\\E\\s*");
        }
        // The smallest: the digests of the others would take ten seconds.
        assertThat(Files.readString(Path.of(CONNECT + ".sha256"))).startsWith(digest(CONNECT, "SHA-256") + ' ');
    }

    @Test
    void isADebianPackageThatOwnsItsFolders() throws Exception {
        InstalledProgram.require("dpkg-deb", "the Debian package");
        Map<String, Entry> deb = listed(run("dpkg-deb", "--contents", DEB.toString()));
        deb.values().forEach(entry -> assertThat(entry.owner()).isEqualTo("root/root"));
        assertThat(deb.get("./etc/finetune-bridge/application.properties").mode()).isEqualTo("-rw-r-----");
        assertThat(deb.get("./opt/finetune-bridge/bin/finetune-bridge").mode()).isEqualTo("-rwxr-xr-x");
        assertThat(deb).containsKeys("./opt/finetune-bridge/finetune-bridge.jar", "./usr/lib/systemd/system/finetune-bridge.service",
                "./usr/share/doc/finetune-bridge/copyright", "./usr/bin/finetune-bridge -> /opt/finetune-bridge/bin/finetune-bridge");
        assertThat(deb.keySet()).noneMatch(name -> name.startsWith("./var") || name.contains("/systemd/") && name.startsWith("./opt"));
        assertThat(run("dpkg-deb", "--field", DEB.toString())).contains("Package: finetune-bridge\n", "Version: " + VERSION + "\n",
                "Depends: default-jre-headless (>= 2:1.17) | java17-runtime-headless, adduser\n");
        assertThat(run("dpkg-deb", "--info", DEB.toString(), "conffiles"))
                .isEqualToIgnoringNewLines("/etc/finetune-bridge/application.properties");
    }

    /** Into a folder, by a user without rights: what asks for rights is written down in place of being done. */
    @Test
    void isInstalledUpgradedRemovedAndPurgedByDpkg() throws Exception {
        InstalledProgram.require("dpkg", "to install the Debian package");
        for (String script : List.of("postinst", "prerm", "postrm")) {
            assertThat(run("sh", "-n", "src/main/deb/control/" + script)).isEmpty();
        }
        List.of("adduser", "deluser", "chown", "systemctl", "ldconfig", "start-stop-daemon").forEach(name -> stub(name, 0));
        stub("dpkg-statoverride", 1);
        for (String needed : List.of("var/lib/dpkg/info", "var/lib/dpkg/updates", "run/systemd/system")) {
            Files.createDirectories(root.resolve(needed));
        }
        Files.createFile(root.resolve("var/lib/dpkg/status"));

        dpkg("--install", DEB.toString());
        Path configuration = root.resolve("etc/finetune-bridge/application.properties");
        Path state = root.resolve("var/lib/finetune-bridge");
        assertThat(done()).contains("adduser --system --group", "chown finetune-bridge:finetune-bridge " + state,
                "chown root:finetune-bridge " + configuration, "systemctl daemon-reload")
                .doesNotContain("enable", "start finetune", "restart");
        assertThat(mode(configuration)).isEqualTo("rw-r-----");
        assertThat(mode(configuration.getParent())).isEqualTo("rwxr-x---");
        assertThat(mode(state)).isEqualTo("rwxr-x---");

        Files.writeString(configuration, "bridge.sink = file\n");
        Files.writeString(state.resolve("memory"), "x");
        Files.writeString(root.resolve("opt/finetune-bridge/finetune-bridge-17.0.1.jsa"), "x");
        dpkg("--install", DEB.toString());
        assertThat(done()).containsSubsequence("systemctl is-active", "systemctl stop finetune-bridge.service",
                "systemctl daemon-reload", "systemctl start finetune-bridge.service").doesNotContain("deluser");
        assertThat(configuration).hasContent("bridge.sink = file");
        assertThat(state.resolve("memory")).exists();
        assertThat(root.resolve("run/finetune-bridge.ran")).doesNotExist();

        Files.writeString(root.resolve("opt/finetune-bridge/finetune-bridge-25.0.1.aot"), "x");
        dpkg("--remove", "finetune-bridge");
        assertThat(done()).contains("systemctl stop finetune-bridge.service").doesNotContain("deluser", "start finetune");
        assertThat(root.resolve("opt/finetune-bridge")).doesNotExist();
        assertThat(configuration).exists();
        assertThat(state.resolve("memory")).exists();

        Files.writeString(configuration.resolveSibling("keys"), "DASHSCOPE_API_KEY=x\n");
        dpkg("--purge", "finetune-bridge");
        assertThat(done()).as("the users below another root are not this system's").doesNotContain("deluser", "userdel");
        assertThat(configuration.getParent()).doesNotExist();
        assertThat(state).doesNotExist();
    }

    private void dpkg(String... what) throws Exception {
        List<String> command = new ArrayList<>(List.of("dpkg", "--root=" + root, "--force-not-root", "--force-script-chrootless",
                "--force-depends", "--force-bad-path", "--force-unsafe-io", "--force-confold", "--log=/dev/null"));
        command.addAll(List.of(what));
        run(command.toArray(String[]::new));
    }

    /** What the maintainer scripts asked for since the last time. */
    private String done() throws IOException {
        String text = Files.readString(said);
        Files.writeString(said, "");
        return text;
    }

    private void stub(String name, int exit) {
        try {
            Path script = Files.writeString(stubs.resolve(name), "#!/bin/sh\necho " + name + " \"$@\" >> '" + said + "'\nexit " + exit + '\n');
            assertThat(script.toFile().setExecutable(true)).isTrue();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private String run(String... command) throws Exception {
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().compute("PATH", (name, path) -> stubs + ":" + path);
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        assertThat(process.waitFor(90, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(err)).isZero();
        return Files.readString(out);
    }

    private static Map<String, Entry> listed(String text) {
        Map<String, Entry> entries = new TreeMap<>();
        text.lines().forEach(line -> {
            Matcher parts = LISTED.matcher(line);
            assertThat(parts.matches()).as(line).isTrue();
            entries.put(parts.group(4), new Entry(parts.group(1), parts.group(2), parts.group(3)));
        });
        return entries;
    }

    private static List<String> libraries() throws IOException {
        try (JarFile jar = new JarFile(TARGET.resolve("finetune-bridge.jar").toFile())) {
            return Stream.of(jar.getManifest().getMainAttributes().getValue("Class-Path").split(" "))
                    .map(path -> path.substring("lib/".length())).toList();
        }
    }

    private static TreeSet<String> files(Path directory) throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.map(file -> file.getFileName().toString()).collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static String digest(Path file, String algorithm) throws Exception {
        MessageDigest digest = MessageDigest.getInstance(algorithm);
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static String stamp(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ROOT).format(STAMP.atOffset(ZoneOffset.UTC));
    }

    private static String first(String pattern, String text) {
        Matcher found = Pattern.compile(pattern).matcher(text);
        assertThat(found.find()).as(pattern).isTrue();
        return found.group(1);
    }

    private static String pom() {
        try {
            return Files.readString(Path.of("pom.xml"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
