package org.finetunebridge.command;

import java.time.Duration;
import org.apache.camel.CamelContext;
import org.finetunebridge.fetch.Failure;
import org.finetunebridge.provider.Mappings;
import org.finetunebridge.provider.Means;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.watch.Glance;

/**
 * What a source answered when it was asked once.
 *
 * @param took    from the question to what would be published
 * @param batch   what would be published; null if it did not answer as it should
 * @param failure why it did not; null if it did
 */
record Answer(SourceSettings source, Duration took, Batch batch, Failure failure) {

    static Answer of(SourceSettings source, CamelContext context) {
        long began = System.nanoTime();
        Batch batch = null;
        Failure failure = null;
        try {
            batch = new Glance(source, context).read();
        } catch (Failure e) {
            failure = e;
        } catch (Mappings.WrongShape e) {
            failure = Failure.of(Means.ODD, e.getMessage(), null);
        }
        return new Answer(source, Duration.ofNanos(System.nanoTime() - began), batch, failure);
    }

    boolean isGood() {
        return failure == null;
    }
}
