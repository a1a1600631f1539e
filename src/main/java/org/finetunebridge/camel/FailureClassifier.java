package org.finetunebridge.camel;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import org.finetunebridge.camel.http.BoundedHttpClientConfigurer.ResponseTooLargeException;
import org.finetunebridge.camel.http.BoundedHttpClientConfigurer.UndecodableResponseException;
import org.finetunebridge.camel.http.Throwables;
import org.finetunebridge.camel.http.TransportFailure;
import org.finetunebridge.provider.ErrorAction;
import org.finetunebridge.provider.JsltMapper;
import org.finetunebridge.provider.ProviderException;
import org.finetunebridge.provider.RequestAttempt;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.sink.EventRejectedException;
import org.finetunebridge.text.LogSanitizer;

/** Which failure an exception is: what it means, and its reason in plain English. */
public final class FailureClassifier {

    /** How the message of a failure begins that is nobody else's fault. */
    public static final String OURS = "a fault of the bridge: ";

    private FailureClassifier() {}

    /**
     * The failure behind an exception.
     *
     * @param cause  as it was thrown, whoever wrapped it
     * @param source whose request failed
     * @param attempt the request, whose key stands in no text of the failure
     */
    public static ProviderException classify(Throwable cause, SourceSettings source, RequestAttempt attempt) {
        return attempt.redacted(understood(cause, source, attempt.body()));
    }

    /** @param body of the answer; null if none came */
    private static ProviderException understood(Throwable cause, SourceSettings source, byte[] body) {
        ProviderException known = Throwables.of(ProviderException.class, cause);
        if (known != null) {
            return known;
        }
        ResponseTooLargeException large = Throwables.of(ResponseTooLargeException.class, cause);
        if (large != null) {
            return ProviderException.of(ErrorAction.JOB, large.getMessage(), null);
        }
        UndecodableResponseException undecodable = Throwables.of(UndecodableResponseException.class, cause);
        if (undecodable != null) {
            return ProviderException.of(ErrorAction.ODD, LogSanitizer.line(undecodable.getMessage()), null);
        }
        EventRejectedException rejected = Throwables.of(EventRejectedException.class, cause);
        if (rejected != null) {
            return ProviderException.unwritable("can never be written: " + LogSanitizer.line(String.valueOf(rejected.getMessage())));
        }
        String senseless = senseless(cause);
        if (senseless != null) {
            return ProviderException.of(ErrorAction.ODD, LogSanitizer.line(senseless), body);
        }
        IOException transport = Throwables.of(IOException.class, cause);
        if (transport != null) {
            return ProviderException.of(TransportFailure.means(transport), LogSanitizer.line(TransportFailure.reason(transport, source)), null);
        }
        return ProviderException.of(ErrorAction.ODD, OURS + LogSanitizer.line(String.valueOf(cause)), body);
    }

    /** Whether nobody else is to blame. */
    static boolean isOurs(ProviderException failure) {
        return failure.getMessage().startsWith(OURS);
    }

    /** Why an answer that came makes no sense; null if that is not what is wrong. */
    private static String senseless(Throwable cause) {
        JsonProcessingException json = Throwables.of(JsonProcessingException.class, cause);
        if (json != null) {
            return "the answer is not JSON: " + json.getOriginalMessage();
        }
        NumberFormatException number = Throwables.of(NumberFormatException.class, cause);
        if (number != null) {
            // Jackson's own word for a number of JSON whose exponent no computer holds.
            return "the answer holds a number that cannot be read: " + number.getMessage();
        }
        JsltMapper.WrongShapeException shape = Throwables.of(JsltMapper.WrongShapeException.class, cause);
        return shape == null ? null : "the answer has the wrong shape: " + shape.getMessage();
    }
}
