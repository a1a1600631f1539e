package org.finetunebridge.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.finetunebridge.InstalledProgram;
import org.finetunebridge.settings.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The files for running it agree with each other, and with what the bridge does. */
class OpsFilesTest {

    private static final Path OPS = Path.of("docs/ops");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String image = text("Dockerfile");
    private final String unit = text("finetune-bridge.service");
    private final List<JsonNode> manifests = manifests();

    @TempDir
    private Path folder;

    @Test
    void runAsTheSameNobodyInTheSameFolder() {
        JsonNode pod = only("Deployment").at("/spec/template/spec");
        String user = pod.at("/securityContext/runAsUser").asText();
        JsonNode container = pod.at("/containers/0");

        assertThat(image).contains("USER " + user + "\n", "useradd --uid " + user);
        assertThat(image).contains("WORKDIR " + container.at("/volumeMounts/0/mountPath").asText() + "\n");
        assertThat(unit).contains("WorkingDirectory=" + container.at("/volumeMounts/0/mountPath").asText() + "\n",
                "StateDirectory=finetune-bridge\n");
        assertThat(container.at("/securityContext/readOnlyRootFilesystem").booleanValue()).isTrue();
        assertThat(container.at("/volumeMounts").findValuesAsText("mountPath")).contains("/tmp");
        assertThat(pod.at("/volumes").findValuesAsText("name"))
                .containsExactlyElementsOf(container.at("/volumeMounts").findValuesAsText("name"));
        assertThat(pod.at("/volumes/0/persistentVolumeClaim/claimName")).isEqualTo(only("PersistentVolumeClaim")
                .at("/metadata/name"));
    }

    /** Each page that names a version names this one. */
    @Test
    void nameTheVersion() throws IOException {
        String version = Files.readString(Path.of("pom.xml"))
                .replaceFirst("(?s).*?<artifactId>finetune-bridge</artifactId>\\s*<version>([^<]+)<.*", "$1");
        assertThat(only("Deployment").at("/spec/template/spec/containers/0/image").asText()).endsWith(":" + version);
        assertThat(Files.readString(Path.of("docs/karaf.md"))).contains("finetune-bridge/" + version + "/xml/features");
        assertThat(Files.readString(Path.of("docs/connect.md"))).contains("finetune-bridge-connect-" + version + ".zip");
        assertThat(Files.readString(Path.of("docs/install.md"))).contains("finetune-bridge-" + version + ".tar.gz",
                "finetune-bridge_" + version + "_all.deb");
        assertThat(Files.readString(Path.of("src/main/resources/asyncapi.yaml"))).contains("  version: " + version + "\n");
    }

    @Test
    void neverRunTwoAndNeverRestartWhatARestartDoesNotMend() {
        assertThat(only("Deployment").at("/spec/replicas").intValue()).isEqualTo(1);
        assertThat(only("Deployment").at("/spec/strategy/type").asText()).isEqualTo("Recreate");
        assertThat(unit).contains("RestartPreventExitStatus=1 2\n", "TimeoutStopSec=15\n");
        assertThat(only("Deployment").at("/spec/template/spec/terminationGracePeriodSeconds").intValue()).isEqualTo(15);
    }

    @Test
    void probeWhatIsServedAndNameKeysThatThereAre() throws IOException {
        JsonNode container = only("Deployment").at("/spec/template/spec/containers/0");
        String port = new Configuration().file(Path.of("application.properties")).values().get("bridge.http.port");

        assertThat(container.at("/livenessProbe/httpGet/path").asText()).isEqualTo("/observe/health/live");
        assertThat(container.at("/startupProbe/httpGet/path").asText()).isEqualTo("/observe/health/live");
        assertThat(container.at("/readinessProbe/httpGet/path").asText()).isEqualTo("/observe/health/ready");
        assertThat(container.at("/ports/0/containerPort").asText()).isEqualTo(port);
        assertThat(image).contains("EXPOSE " + port + "\n", "BRIDGE_HTTP_HOST=0.0.0.0");
        String keys = Files.readString(Path.of("application.properties")).toUpperCase(Locale.ROOT).replaceAll("[.-]", "_");
        assertThat(only("ConfigMap").path("data").fieldNames()).toIterable()
                .allSatisfy(name -> assertThat(keys).contains(name + " ="));
    }

    @Test
    void nameTheFilesThatABuildMakes() throws IOException {
        String pom = Files.readString(Path.of("pom.xml"));
        assertThat(pom).contains("<finalName>finetune-bridge</finalName>", "<classpathPrefix>lib/</classpathPrefix>");
        String version = pom.replaceFirst("(?s).*?<artifactId>finetune-bridge</artifactId>\\s*<version>([^<]+)<.*", "$1");
        assertThat(image).contains("ARG VERSION=" + version + "\n", "ADD target/finetune-bridge-${VERSION}.tar.gz /opt/\n",
                "ENTRYPOINT [\"/opt/finetune-bridge/bin/finetune-bridge\"]\n");
        assertThat(unit).contains("ExecStart=/opt/finetune-bridge/bin/finetune-bridge run --config ");
        assertThat(Path.of("src/main/launcher/finetune-bridge")).isExecutable();
    }

    /** Where systemd is installed. It wants the programs that a unit names to exist, so the unit names the source's. */
    @Test
    void areUnderstoodBySystemd() throws Exception {
        Path systemd = InstalledProgram.require("systemd-analyze", "the unit by systemd-analyze");
        Path copy = Files.writeString(folder.resolve("finetune-bridge.service"), unit.replace(
                "/opt/finetune-bridge/bin", Path.of("src/main/launcher").toAbsolutePath().toString()));
        Path said = folder.resolve("said");
        Process process = new ProcessBuilder(systemd.toString(), "verify", copy.toString()).redirectErrorStream(true)
                .redirectOutput(said.toFile()).start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(said)).doesNotContain("finetune-bridge.service:");
        assertThat(process.exitValue()).as(Files.readString(said)).isZero();
    }

    private JsonNode only(String kind) {
        List<JsonNode> found = manifests.stream().filter(one -> one.path("kind").asText().equals(kind)).toList();
        assertThat(found).as(kind).hasSize(1);
        return found.get(0);
    }

    private static List<JsonNode> manifests() {
        var load = new Load(LoadSettings.builder().build());
        return StreamSupport.stream(load.loadAllFromString(text("kubernetes.yaml")).spliterator(), false)
                .map(one -> (JsonNode) JSON.valueToTree(one)).toList();
    }

    private static String text(String name) {
        try {
            return Files.readString(OPS.resolve(name));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
