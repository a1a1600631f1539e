package org.finetunebridge.provider;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.finetunebridge.event.RecordPage.RecordKeyStrategy;
import org.finetunebridge.provider.Provider.PaginationConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is likely wrong where a provider refuses. */
class ProviderTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            openai    | 404 | https://api.openai.com              | does not end in /v1
            openai    | 404 | http://localhost:8000               | does not end in /v1
            openai    | 404 | https://api.openai.com/v1           |
            openai    | 401 | https://api.openai.com              |
            dashscope | 401 | https://dashscope-intl.aliyuncs.com | base-url https://dashscope.aliyuncs.com or https://dashscope-us.aliyuncs.com or
            dashscope | 401 | https://dashscope.aliyuncs.com      | base-url https://dashscope-intl.aliyuncs.com or
            dashscope | 401 | https://gateway.example.org         |
            dashscope | 401 | https://dashscope.aliyuncs.com      | or https://dashscope-us.aliyuncs.com or https://{workspace}.cn-beijing.maas.aliyuncs.com
            dashscope | 401 | https://ws-1.cn-beijing.maas.aliyuncs.com | base-url https://dashscope-intl.aliyuncs.com or https://dashscope.aliyuncs.com or
            dashscope | 401 | https://ws-1.cn-beijing.maas.example.org |
            dashscope | 404 | https://dashscope.aliyuncs.com      |
            dashscope | 404 list | https://dashscope-us.aliyuncs.com | may not offer fine-tuning to this account: does it belong to base-url https://dashscope-intl.aliyuncs.com or https://dashscope.aliyuncs.com or
            dashscope | 403 list | https://dashscope.aliyuncs.com | may not offer fine-tuning to this account
            dashscope | 404 list | https://gateway.example.org    |
            dashscope | 500 list | https://dashscope.aliyuncs.com |
            """)
    void namesTheLikelyCause(String name, String asked, String askedAt, String hint) throws IOException {
        var files = new RouteFiles(ProviderTest.class.getClassLoader(), List.of(), List.of(Path.of("routes")));
        String said = new ProviderRegistry(files).read(name).hint(Integer.parseInt(asked.replace(" list", "")), askedAt, asked.endsWith(" list"));
        if (hint == null) {
            assertThat(said).isEmpty();
        } else {
            assertThat(said).contains(hint);
        }
    }

    /** Of a provider that has its address with a path, and two other regions. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            404 | false | https://gateway.org          | ; base-url does not end in /v1, as https://api.acme.org/v1 \
            does: is it missing?
            404 | false | https://gateway.org/v1       | ~~
            400 | false | https://gateway.org          | ~~
            401 | false | https://gateway.org          | ~~
            404 | true  | https://gateway.org/v1       | ~~
            401 | false | https://api.acme.org/v1      | ; a key belongs to one region: does this one belong to \
            base-url https://eu.acme.org or https://{zone}.acme.cn/x?
            401 | true  | https://eu.acme.org          | ; a key belongs to one region: does this one belong to \
            base-url https://{zone}.acme.cn/x?
            401 | true  | https://eu.acme.org/v2       | ; a key belongs to one region: does this one belong to \
            base-url https://{zone}.acme.cn/x?
            401 | true  | https://eu.acme.org.evil.org | ~~
            401 | false | https://bj.acme.cn/x         | ; a key belongs to one region: does this one belong to \
            base-url https://eu.acme.org?
            401 | false | https://a.b.acme.cn/x        | ~~
            403 | true  | https://eu.acme.org          | ; this region may not offer fine-tuning to this account: does \
            it belong to base-url https://{zone}.acme.cn/x?
            404 | true  | https://eu.acme.org          | ; this region may not offer fine-tuning to this account: does \
            it belong to base-url https://{zone}.acme.cn/x?
            403 | false | https://eu.acme.org          | ~~
            402 | true  | https://eu.acme.org          | ~~
            """)
    void saysWhichRegionOrPathIsLikelyMeant(int status, boolean isList, String askedAt, String hint,
            @TempDir Path folder) throws IOException {
        String descriptor = "base-url = https://api.acme.org/v1\n"
                + "regions = https://eu.acme.org, https://{zone}.acme.cn/x\n";
        assertThat(acme(folder, descriptor).hint(status, askedAt, isList)).isEqualTo(hint);
    }

    @Test
    void namesNoOtherRegionWhereThereIsNone(@TempDir Path folder) throws IOException {
        Provider one = acme(folder, "base-url = https://api.acme.org\nregions = https://api.acme.org\n");
        assertThat(one.hint(401, "https://api.acme.org", false)).isEmpty();
        assertThat(one.hint(404, "https://api.acme.org", true)).isEmpty();
        assertThat(one.hint(404, "https://gateway.org", false)).as("an address without a path").isEmpty();
    }

    @Test
    void saysWhyNoJobCanBeWatchedAlone(@TempDir Path folder) throws IOException {
        assertThat(acme(folder, "job = job\n").noJobAlone()).isNull();
        assertThat(acme(folder, "").noJobAlone()).isEqualTo("no resource of provider acme shows the status of one job,"
                + " so nobody would see that it ended: name one by job in acme.properties");
    }

    @Test
    void knowsHowEachResourceIsAsked() {
        var ways = new PaginationConfig(Set.of("growing"), Set.of("whole"), Set.of("recent"), Set.of("after"),
                Set.of("numbered"), Set.of("indexed"), Set.of("settling"), Map.of("jobs", "1"), Map.of("jobs", 50),
                Set.of("once"));
        assertThat(List.of("growing", "whole", "recent", "after", "once")).allMatch(ways::isOfRecords);
        assertThat(List.of("numbered", "indexed", "settling", "jobs")).noneMatch(ways::isOfRecords);
        assertThat(ways.first("jobs")).isEqualTo("1");
        assertThat(ways.first("whole")).isEmpty();
        assertThat(ways.pageSize("jobs")).isEqualTo(50);
        assertThat(ways.pageSize("whole")).isZero();
        assertThat(ways.naming("recent", 7)).isEqualTo(new RecordKeyStrategy(true, false, -1));
        assertThat(ways.naming("numbered", 7)).isEqualTo(new RecordKeyStrategy(false, true, -1));
        assertThat(ways.naming("indexed", 7)).isEqualTo(new RecordKeyStrategy(false, false, 7));
    }

    private static Provider acme(Path folder, String descriptor) throws IOException {
        Files.writeString(folder.resolve("acme.properties"), descriptor);
        return new ProviderRegistry(new RouteFiles(ProviderTest.class.getClassLoader(), List.of(), List.of(folder)))
                .read("acme");
    }
}
