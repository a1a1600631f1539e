package org.finetunebridge.cli;

import java.time.Duration;
import org.apache.camel.CamelContext;
import org.finetunebridge.polling.ConnectionChecker;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.provider.JsltMapper;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.sink.Batch;

/**
 * What a source answered when it was asked once.
 *
 * @param took    from the question to what would be published
 * @param batch   what would be published; null if it did not answer as it should
 * @param failure why it did not; null if it did
 */
record SourceProbe(SourceSettings source, Duration took, Batch batch, ProviderException failure) {

    static SourceProbe of(SourceSettings source, CamelContext context) {
        long began = System.nanoTime();
        Batch batch = null;
        ProviderException failure = null;
        try {
            batch = new ConnectionChecker(source, context).read();
        } catch (ProviderException e) {
            failure = e;
        } catch (JsltMapper.WrongShape e) {
            failure = ProviderException.of(ErrorAction.ODD, e.getMessage(), null);
        }
        return new SourceProbe(source, Duration.ofNanos(System.nanoTime() - began), batch, failure);
    }

    boolean isGood() {
        return failure == null;
    }
}
