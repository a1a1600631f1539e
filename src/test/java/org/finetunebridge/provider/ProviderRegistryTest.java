package org.finetunebridge.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.finetunebridge.provider.Provider.PaginationConfig;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is read from the files of providers: those packed with the program, and a user's. */
class ProviderRegistryTest {

    @TempDir
    private Path root;
    private Path packed;
    private Path folder;

    @BeforeEach
    void makeFolders() throws IOException {
        packed = Files.createDirectories(root.resolve("classes/routes"));
        folder = Files.createDirectories(root.resolve("mine"));
    }

    @Test
    void readsAllThatADescriptorSays() throws IOException {
        mine("acme.properties", """
                base-url = https://api.acme.org/v1
                regions = https://eu.acme.org , https://us.acme.org,
                time-zone = Asia/Shanghai
                key-header = X-Key
                key-prefix = Bearer
                request-id-header = X-Request-Id
                rate-limits = X-Left / X-Reset, X-Broken, X-Other/X-When
                list = jobs
                list.first = 1
                job = job
                follow = events?read-events, points , logs?deep?er
                optional = points
                growing = events
                whole = points
                recent = r
                after = a1, a2
                numbered = n
                indexed = i
                settling = s
                once = results
                first.events = 0
                page-size.events = 50\\u0020
                page-size.jobs = 7
                key.group = !required
                key.size = 10
                header.X-Group = group\\u0020
                fields.jobs = id, status
                fields.events = at
                signature = bce-auth-v1
                key-query = token
                """);
        Provider acme = registry().read("acme");

        assertThat(acme).usingRecursiveComparison().ignoringFields("errors").isEqualTo(new Provider("acme",
                "https://api.acme.org/v1", ZoneId.of("Asia/Shanghai"), "X-Key", "Bearer ", "X-Request-Id",
                "jobs", "job", List.of("events", "points", "logs"), Map.of("events", "read-events", "logs", "deep?er"),
                new PaginationConfig(Set.of("events"), Set.of("points"), Set.of("r"), Set.of("a1", "a2"), Set.of("n"),
                        Set.of("i"), Set.of("s"), Map.of("jobs", "1", "events", "0"), Map.of("events", 50, "jobs", 7),
                        Set.of("results")),
                Map.of("group", "!required", "size", "10"),
                Map.of("jobs", Set.of("id", "status"), "events", Set.of("at")),
                Map.of("X-Left", "X-Reset", "X-Other", "X-When"), null,
                List.of("https://eu.acme.org", "https://us.acme.org"),
                Map.of("X-Group", "group"), Set.of("points"), "bce-auth-v1", "token", true));
    }

    /** As an editor may leave them. */
    @Test
    void overlooksBlanksBehindValues() throws IOException {
        mine("base.properties", "list = jobs\nfields.jobs = id\n");
        mine("acme.properties", "list = jobs \njob = job\t\nlike = base \nkey-header = X-Key \nrequest-id-header = X-Id \n"
                + "follow = logs \n");

        Provider acme = registry().read("acme");

        assertThat(List.of(acme.list(), acme.job(), acme.keyHeader(), acme.requestIdHeader())).containsExactly("jobs", "job", "X-Key", "X-Id");
        assertThat(acme.follow()).containsExactly("logs");
        assertThat(acme.fields()).isEqualTo(Map.of("jobs", Set.of("id")));
    }

    @ParameterizedTest
    @CsvSource({"?", "?wish", "'logs, ?wish'"})
    void refusesAWishWithoutTheResourceThatItIsOf(String follow) throws IOException {
        mine("acme.properties", "list = jobs\nfollow = " + follow + '\n');
        assertThatThrownBy(() -> registry().read("acme")).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("follow names no resource before a question mark: " + follow);
        assertThatThrownBy(registry()::keys).isInstanceOf(IOException.class).hasMessageContaining("provider acme", follow);
    }

    @Test
    void readsWhatADescriptorDoesNotSay() throws IOException {
        mine("acme.properties", "list = jobs\n");
        Provider acme = registry().read("acme");

        var ways = new PaginationConfig(Set.of(), Set.of(), Set.of(), Set.of(), Set.of(), Set.of(), Set.of(),
                Map.of("jobs", ""));
        assertThat(acme).usingRecursiveComparison().ignoringFields("errors").isEqualTo(new Provider("acme", "",
                ZoneId.of("UTC"), "Authorization", "", null, "jobs", null, List.of(), Map.of(), ways, Map.of(),
                Map.of(), Map.of(), null, List.of(), Map.of(), Set.of(), null, null, false));
        assertThat(acme.errors().means(404, new ErrorTable.Said("", "", null))).as("without any table")
                .isEqualTo(ErrorAction.ODD);
    }

    /** It shares fields and errors only where it has none of its own. */
    @ParameterizedTest
    @CsvSource({"a like one, '', other, base, SOURCE", "fields of its own, fields.jobs = own, other, own, SOURCE",
        "errors of its own, '', acme, base, JOB"})
    void hasFromTheOneItIsLikeWhatItHasNotItself(String what, String fields, String errors, String known,
            ErrorAction means)
            throws IOException {
        mine("base.properties", "list = jobs\nfields.jobs = base\n");
        mine("base-errors.json", "{\"rows\": [{\"status\": \"404\", \"means\": \"source\"}]}");
        mine("errors.json", "{\"rows\": [{\"status\": \"404\", \"means\": \"odd\"}, {\"status\": \"500\", \"means\":"
                + " \"transient\"}]}");
        mine("acme.properties", "like = base\nlist = jobs\n" + fields);
        mine(errors + "-errors.json", "{\"rows\": [{\"status\": \"404\", \"means\": \"job\"}]}");

        Provider acme = registry().read("acme");

        assertThat(acme.fields()).as(what).isEqualTo(Map.of("jobs", Set.of(known)));
        assertThat(acme.errors().means(404, new ErrorTable.Said("", "", null))).as(what).isEqualTo(means);
        assertThat(acme.errors().means(500, new ErrorTable.Said("", "", null))).as(what)
                .isEqualTo(ErrorAction.TRANSIENT);
    }

    @Test
    void namesProvidersInOrderAndWhoseAFileIs() throws IOException {
        mine("b.properties", "list = jobs");
        mine("a.properties", "list = jobs\nlike = b\\u0020\n");
        mine("a-b.properties", "list = jobs");

        assertThat(registry().names()).containsExactly("a-b", "a", "b");
        assertThat(registry().of("a-b-jobs")).isEqualTo("a-b");
        assertThat(registry().of("a-jobs")).isEqualTo("a");
        assertThat(registry().of("a")).isEmpty();
        assertThat(registry().of("watch")).isEmpty();
        assertThat(registry().like("a")).isEqualTo("b");
        assertThat(registry().like("b")).isEqualTo("b");
        assertThat(registry().like("nobody")).isEqualTo("nobody");
    }

    /** The shared ones, its own and those of the one it is like; and a user's in any case, for the mistakes in it. */
    @Test
    void loadsTheFilesOfTheProvidersThatAreUsed() throws IOException {
        packed("used.properties", "list = jobs\nlike = base\n");
        packed("base.properties", "list = jobs\n");
        packed("idle.properties", "list = jobs\n");
        for (String stem : List.of("used", "used-jobs", "base", "base-events", "idle", "idle-jobs", "fetch")) {
            packed(stem + ".yaml", "packed");
        }
        mine("idle-logs.yaml", "mine");

        assertThat(registry().files(".yaml", List.of("used")))
                .containsExactly("base-events.yaml", "base.yaml", "fetch.yaml", "idle-logs.yaml", "used-jobs.yaml",
                "used.yaml");
        assertThat(registry().files(".yaml", List.of("idle")))
                .containsExactly("fetch.yaml", "idle-jobs.yaml", "idle-logs.yaml", "idle.yaml");
        assertThat(registry().files(".yaml", List.of())).containsExactly("fetch.yaml", "idle-logs.yaml");
    }

    @Test
    void gathersTheKeysOfAllProviders() throws IOException {
        packed("idle.properties", "list = jobs\nkey.group =\n");
        mine("acme.properties", "list = jobs\nkey.size = 1\nkeys.none = 2\n");
        assertThat(registry().keys()).containsExactly("group", "size");
    }

    /** Who mistypes a file is told at the start, not when a source is made that uses it. */
    @ParameterizedTest
    @CsvSource(quoteCharacter = '~', textBlock = """
            acme.properties, ~time-zone = Mars~, acme
            idle-errors.json, ~{"rows": [{"means": "never"}]}~, idle
            errors.json, ~{"rows": [{"status": "4(", "means": "job"}]}~, idle
            """)
    void saysWhoseFilesCannotBeRead(String file, String text, String provider) throws IOException {
        packed("idle.properties", "list = jobs\nkey.group =\n");
        mine(file, text);
        assertThatThrownBy(() -> registry().keys()).isInstanceOf(IOException.class)
                .hasMessageStartingWith("the files of provider " + provider + " cannot be read: ")
                .hasCauseInstanceOf(RuntimeException.class);
    }

    /** At a start, nobody waits until the tables of all packed providers are compiled. */
    @Test
    void believesThePackedFiles() throws IOException {
        packed("idle.properties", "list = jobs\ntime-zone = Mars\nkey.group =\n");
        packed("idle-errors.json", "{");
        packed("errors.json", "{");
        assertThat(registry().keys()).containsExactly("group");
        assertThatThrownBy(() -> registry().read("idle")).isInstanceOf(DateTimeException.class);
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '~', textBlock = """
            ~job = job~,       ~~,                                                 true
            ~follow = events~, ~{"kind": "job.status-changed"}~,                   true
            ~follow = events~, ~import "x.jslt" as x {"facts": []}~,               true
            ~follow = events~, ~{"kind": "log.appended"}~,                         false
            ~follow = logs~,   ~{"kind": "job.status-changed"}~,                   false
            ~follow = logs, events?key~, ~{"kind": "job.status-changed"}~,         true
            ~optional = events~, ~{"kind": "job.status-changed"}~,                 false
            """)
    void knowsWhetherOneJobCanBeWatchedAlone(String key, String events, boolean can) throws IOException {
        mine("acme.properties", "list = jobs\n" + key + '\n');
        mine("acme-events.jslt", events);
        assertThat(registry().read("acme").showsOneJob()).isEqualTo(can);
    }

    private void mine(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    private void packed(String name, String text) throws IOException {
        Files.writeString(packed.resolve(name), text);
    }

    private ProviderRegistry registry() throws IOException {
        try (var names = Files.list(packed)) {
            var loader = new URLClassLoader(new URL[] {packed.getParent().toUri().toURL()}, null);
            List<String> all = names.map(file -> file.getFileName().toString()).toList();
            return new ProviderRegistry(new RouteFiles(loader, all, List.of(folder)));
        }
    }
}
