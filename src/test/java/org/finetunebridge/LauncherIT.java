package org.finetunebridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher as it is packed; what it asks of the JVM is seen by a {@code java} that prints its arguments. */
class LauncherIT {

    private static final Path PACKED = Path.of("target/bin/finetune-bridge").toAbsolutePath();
    private static final int OF_JAVA = 7;

    private final Map<String, String> environment = new TreeMap<>();
    @TempDir
    private Path temporary;
    private Path home;
    private Path launcher;
    private Path cache;

    private record Run(int exit, List<String> out, String err) {}

    @BeforeEach
    void install() throws IOException {
        InstalledProgram.require("sh", "the launcher");
        home = Files.createDirectories(temporary.resolve("an app"));
        launcher = Files.createDirectory(home.resolve("bin")).resolve("finetune-bridge");
        Files.copy(PACKED, launcher, StandardCopyOption.COPY_ATTRIBUTES);
        Files.createFile(home.resolve("finetune-bridge.jar"));
        cache = temporary.resolve("a cache");
        environment.put("XDG_CACHE_HOME", cache.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"sh", "dash", "bash", "busybox sh"})
    void isUnderstoodByEachShell(String shell) throws Exception {
        List<String> command = new ArrayList<>(List.of(shell.split(" ")));
        InstalledProgram.require(command.get(0), "the launcher in " + shell);
        command.addAll(List.of("-n", PACKED.toString()));
        assertThat(run(command)).isEqualTo(new Run(0, List.of(), ""));
        java("17.0.9");
        command.remove("-n");
        command.set(command.size() - 1, launcher.toString());
        command.addAll(List.of("-D", "a=b c", "once", "*"));

        Run once = run(command);

        assertThat(once.exit()).isEqualTo(OF_JAVA);
        assertThat(once.out()).containsSubsequence("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar",
                home.toRealPath().resolve("finetune-bridge.jar").toString(), "-D", "a=b c", "once", "*");
    }

    @Test
    void startsTheRealJarThroughASymbolicLinkFromAnyFolder() throws Exception {
        Path link = Files.createSymbolicLink(temporary.resolve("a link"), PACKED);
        environment.put("JAVA_HOME", System.getProperty("java.home"));

        assertThat(PACKED).isExecutable();
        Run version = run(List.of(link.toString(), "--version"));
        assertThat(version.out()).as(version.err()).hasSize(1).first().asString()
                .matches("finetune-bridge \\d+\\.\\d+.*");
        assertThat(version.exit()).isZero();
        Run bad = run(List.of(link.toString(), "once", "-D", "nosuch.key=1"));
        assertThat(bad.exit()).as(bad.err()).isEqualTo(2);
        assertThat(bad.out()).isEmpty();
    }

    @Test
    void choosesForTheVerb() throws Exception {
        java("17.0.9");
        for (String small : List.of("once", "check", "state", "follow", "wait", "demo")) {
            assertThat(bridge("--config", "run", small).out()).contains("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
        }
        assertThat(bridge("run", "--config", "once").out()).contains("-XX:+ExitOnOutOfMemoryError")
                .doesNotContain("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
        assertThat(bridge().out()).contains("-XX:+ExitOnOutOfMemoryError");
        environment.put("JAVA_OPTS", "-XX:+UseG1GC -XX:TieredStopAtLevel=4");
        assertThat(bridge("once").out()).doesNotContain("-XX:+UseSerialGC").containsSubsequence(
                "-XX:TieredStopAtLevel=1", "-XX:+UseG1GC", "-XX:TieredStopAtLevel=4", "-jar");
    }

    @Test
    void makesAnArchiveByItselfFromJava19On() throws Exception {
        java("25.0.1");
        List<String> once = bridge("once").out();
        String archive = once.stream().filter(one -> one.startsWith("-XX:SharedArchiveFile=" + cache)).findFirst()
                .orElseThrow();
        assertThat(once).contains("-XX:+AutoCreateSharedArchive");
        assertThat(bridge("run").out()).doesNotContain("-XX:+AutoCreateSharedArchive", archive);
        Files.createFile(Path.of(archive.replaceFirst(".*=", "")));
        assertThat(bridge("run").out()).contains(archive).doesNotContain("-XX:+AutoCreateSharedArchive");

        Files.setPosixFilePermissions(cache.resolve("finetune-bridge"), PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThat(bridge("once").out()).as("what others could have written").doesNotContain(archive);
        environment.put("XDG_CACHE_HOME", "/dev/null");
        assertThat(bridge("once")).satisfies(run -> assertThat(run.exit()).isEqualTo(OF_JAVA))
                .satisfies(run -> assertThat(run.out()).doesNotContain("-XX:+AutoCreateSharedArchive"));
    }

    /** One that the JVM makes when it is asked to, and not by itself: it prints that it does. */
    @Test
    void prefersAnAotCacheFromJava25On() throws Exception {
        java("25.0.1");
        environment.put("FINETUNE_BRIDGE_ARCHIVE", "create");
        Path beside = home.toRealPath().resolve("finetune-bridge-25.0.1.aot");
        assertThat(bridge("demo").out()).contains("-XX:AOTCacheOutput=" + beside);
        environment.remove("FINETUNE_BRIDGE_ARCHIVE");
        assertThat(bridge("once").out()).contains("-XX:+AutoCreateSharedArchive").noneMatch(one -> one.startsWith("-XX:AOT"));

        Files.createFile(beside);
        for (String verb : List.of("run", "once")) {
            assertThat(bridge(verb).out()).contains("-XX:AOTCache=" + beside).noneMatch(one -> one.contains("SharedArchive"));
        }
        Files.setLastModifiedTime(beside, FileTime.fromMillis(0));
        assertThat(bridge("once").out()).as("of an older jar").contains("-XX:+AutoCreateSharedArchive");
    }

    /** That the options are what a JVM understands, and that the cache is not seen where it is used. */
    @Test
    void usesTheAotCacheThatARealJava25Made() throws Exception {
        Path java25 = JarIT.java("25");
        assumeThat(java25).as("a JDK 25").isNotNull();
        environment.put("JAVA_HOME", java25.toString());
        Files.copy(PACKED.resolveSibling("../finetune-bridge.jar"), home.resolve("finetune-bridge.jar"), StandardCopyOption.REPLACE_EXISTING);
        Files.createSymbolicLink(home.resolve("lib"), PACKED.getParent().resolveSibling("lib"));
        environment.put("FINETUNE_BRIDGE_ARCHIVE", "create");
        Run first = bridge("--version");
        environment.remove("FINETUNE_BRIDGE_ARCHIVE");
        try (Stream<Path> files = Files.list(home)) {
            assertThat(files).as(first.err()).anyMatch(file -> file.toString().endsWith(".aot"));
        }

        environment.put("JAVA_OPTS", "-Xlog:class+load:file=" + temporary.resolve("classes"));
        Run second = bridge("--version");

        assertThat(second).isEqualTo(new Run(0, first.out().subList(0, 1), ""));
        assertThat(Files.readString(temporary.resolve("classes"))).containsPattern("finetunebridge.cli.BridgeCommand .*shared objects file");
    }

    @ParameterizedTest
    @CsvSource({"102399,false", "102400,true"})
    void makesNoArchiveWhereThereIsNoRoomForIt(String free, boolean made) throws Exception {
        java("25.0.1");
        Path df = Files.writeString(Files.createDirectory(temporary.resolve("programs")).resolve("df"),
                "#!/bin/sh\necho 'Filesystem 1024-blocks Used Available Capacity Mounted on'\necho 'a disk 204800 1 " + free + "  50% /a b 3%'\n");
        Files.setPosixFilePermissions(df, PosixFilePermissions.fromString("rwxr-xr-x"));
        environment.put("PATH", df.getParent() + ":" + System.getenv("PATH"));
        assertThat(bridge("once").out().contains("-XX:+AutoCreateSharedArchive")).isEqualTo(made);
    }

    @Test
    void usesTheArchiveBesideTheJarUnlessTheJarIsNewer() throws Exception {
        java("17.0.9");
        Path archive = home.toRealPath().resolve("finetune-bridge-17.0.9.jsa");
        environment.put("FINETUNE_BRIDGE_ARCHIVE", "create");
        assertThat(bridge("once").out()).contains("-XX:ArchiveClassesAtExit=" + archive);
        environment.remove("FINETUNE_BRIDGE_ARCHIVE");
        assertThat(bridge("once").out()).noneMatch(one -> one.startsWith("-XX:SharedArchiveFile"));
        Files.createFile(archive);
        assertThat(bridge("once").out()).contains("-XX:SharedArchiveFile=" + archive);
        Files.setLastModifiedTime(archive, FileTime.fromMillis(0));
        assertThat(bridge("once").out()).noneMatch(one -> one.startsWith("-XX:SharedArchiveFile"));
    }

    @Test
    void isFoundOnThePathByAShellThatIsGivenItsName() throws Exception {
        InstalledProgram.require("bash", "the launcher by its name");
        java("17.0.9");
        environment.put("PATH", launcher.getParent() + ":" + System.getenv("PATH"));
        assertThat(run(List.of("bash", "finetune-bridge", "once")).out()).containsSubsequence("-jar",
                home.toRealPath().resolve("finetune-bridge.jar").toString(), "once");
    }

    /** Else a JVM would not find a folder whose name is not ASCII. */
    @ParameterizedTest
    @CsvSource({"LC_ALL,C,C.UTF-8", "LANG,POSIX,C.UTF-8", "LANG,,C.UTF-8", "LANG,de_DE.UTF-8,''", "LC_CTYPE,en_US.UTF-8,''"})
    void givesNamesThatAreNotAsciiALocale(String name, String value, String all) throws Exception {
        java("17.0.9");
        for (String one : List.of("LC_ALL", "LC_CTYPE", "LANG")) {
            environment.put(one, one.equals(name) && value != null ? value : "");
        }
        assertThat(bridge("once").out()).contains("LC_ALL=" + all);
    }

    @Test
    void saysWhichJavaIsMissing() throws Exception {
        environment.put("JAVA_HOME", "/nowhere");
        assertThat(bridge("once")).satisfies(run -> assertThat(run.exit()).isEqualTo(2))
                .satisfies(run -> assertThat(run.err()).contains("/nowhere/bin/java", "JAVA_HOME"));
        for (String old : List.of("1.8.0_392", "11.0.2")) {
            java(old);
            assertThat(bridge("once")).satisfies(run -> assertThat(run.exit()).isEqualTo(2))
                    .satisfies(run -> assertThat(run.err()).contains("is Java " + old, "17 or newer"));
        }
    }

    private void java(String version) throws IOException {
        Path folder = Files.createDirectories(temporary.resolve("a jdk " + version + "/bin"));
        Files.writeString(folder.resolveSibling("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        Path java = Files.writeString(folder.resolve("java"),
                "#!/bin/sh\nprintf '%s\\n' \"$@\" \"LC_ALL=${LC_ALL:-}\"\nexit " + OF_JAVA + "\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
        environment.put("JAVA_HOME", folder.getParent().toString());
    }

    private Run bridge(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(List.of(arguments));
        return run(command);
    }

    private Run run(List<String> command) throws Exception {
        Path out = temporary.resolve("out");
        Path err = temporary.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command).directory(temporary.toFile()).redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.matches(".*_API_KEY|(BRIDGE|JAVA|JDK|FINETUNE)_.*"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        assertThat(process.waitFor(90, TimeUnit.SECONDS)).isTrue();
        return new Run(process.exitValue(), Files.readAllLines(out), Files.readString(err));
    }
}
