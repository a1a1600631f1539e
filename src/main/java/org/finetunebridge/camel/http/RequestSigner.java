package org.finetunebridge.camel.http;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.finetunebridge.text.PercentEncoder;

/**
 * Signs a request with a secret that is not sent: the scheme {@code bce-auth-v1}, as its vendor publishes it. Method, path,
 * query, host and time are signed, the body is not.
 */
final class RequestSigner {

    /** Seconds. */
    private static final int VALID_FOR = 1800;
    private static final String DATE = "x-bce-date";

    private RequestSigner() {}

    /**
     * Sets the headers that show who sends the request.
     *
     * @param request   with its address, method, path and query
     * @param accessKey the name of the secret
     * @param now       the provider refuses a time that is far from its own
     */
    static void sign(Message request, String accessKey, String secret, Instant now) {
        URI base = URI.create(request.getHeader(Exchange.HTTP_URI, String.class));
        String date = now.truncatedTo(ChronoUnit.SECONDS).toString();
        String path = base.getRawPath() + request.getHeader(Exchange.HTTP_PATH, "", String.class);
        SortedMap<String, String> headers = new TreeMap<>(Map.of(
                "host", base.getHost() + (base.getPort() < 0 ? "" : ":" + base.getPort()), DATE, date));
        String prefix = "bce-auth-v1/" + accessKey + '/' + date + '/' + VALID_FOR;
        request.setHeader(DATE, date);
        request.setHeader("Authorization", prefix + '/' + String.join(";", headers.keySet()) + '/' + signature(secret, prefix,
                request.getHeader(Exchange.HTTP_METHOD, String.class), path,
                request.getHeader(Exchange.HTTP_QUERY, "", String.class), headers));
    }

    /**
     * The signature, in hexadecimal.
     *
     * @param prefix  of the header that carries it: scheme, access key, time, seconds
     * @param path    from the root, percent-encoded
     * @param query   percent-encoded; may be empty
     * @param headers that are signed, by their names in lower case
     */
    static String signature(String secret, String prefix, String method, String path, String query,
            SortedMap<String, String> headers) {
        String parameters = Stream.of(query.split("&")).filter(one -> !one.isEmpty() && !one.startsWith("authorization="))
                .map(one -> one.contains("=") ? one : one + '=').sorted().collect(Collectors.joining("&"));
        String lines = headers.entrySet().stream().map(header -> header.getKey() + ':' + PercentEncoder.encoded(header.getValue().strip())
                .replace("*", "%2A").replace("%7E", "~")).sorted().collect(Collectors.joining("\n"));
        return hmac(hmac(secret, prefix), String.join("\n", method, path.isEmpty() ? "/" : path, parameters, lines));
    }

    private static String hmac(String key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), mac.getAlgorithm()));
            return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM cannot sign", e);
        }
    }
}
