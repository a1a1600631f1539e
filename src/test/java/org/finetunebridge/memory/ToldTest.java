package org.finetunebridge.memory;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.ZoneOffset;
import java.util.stream.IntStream;
import org.finetunebridge.event.FactReader;
import org.finetunebridge.event.Page;
import org.junit.jupiter.api.Test;

class ToldTest {

    @Test
    void refusesARecordOnceHoweverManyAreBadAtATime() {
        Told told = Told.NOTHING;
        for (int from = 0; from < 2000; from += 100) {
            News news = News.ofState(told, page(from).findings());
            assertThat(news.refused()).hasSize(100);
            told = news.told();
        }
        for (int from = 0; from < 2000; from += 100) {
            assertThat(News.ofState(told, page(from).findings()).any()).isFalse();
        }
    }

    private static Page page(int from) {
        ObjectNode mapped = JsonNodeFactory.instance.objectNode();
        var facts = mapped.putArray("facts");
        IntStream.range(from, from + 100).forEach(job -> facts.addObject().put("kind", "job.status-changed")
                .putObject("raw").put("job_id", job));
        return Page.of(mapped, new FactReader("dashscope", ZoneOffset.UTC));
    }
}
