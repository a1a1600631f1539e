package org.finetunebridge.provider;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
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
}
