package org.finetunebridge.camel.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

/** Signatures as the vendor's own example has them. */
class RequestSignerTest {

    private static final String ACCESS_KEY = "0b0f67dfb88244b289b72b142befad0c";
    private static final String SECRET = "bad522c2126a4618a8125f4b6cf6356f";

    /** The example of the vendor's first clients. */
    @Test
    void areThoseOfThePublishedExample() {
        var headers = new TreeMap<>(Map.of("host", "bj.bcebos.com", "content-length", "8", "content-md5",
                "0a52730597fb4ffa01fc117d9e71e3a9", "content-type", "text/plain", "x-bce-date", "2015-04-27T08:23:49Z"));
        assertThat(RequestSigner.signature(SECRET, "bce-auth-v1/" + ACCESS_KEY + "/2015-04-27T08:23:49Z/1800", "PUT",
                "/v1/test/myfolder/readme.txt", "uploadId=VXBsb2FkIElpZS5tMnRzIHVwbG9hZA&partNumber=9", headers))
                .isEqualTo("a19e6386e990691aca1114a20357c83713f1cb4be3d74942bb4ed37469ecdacf");
    }

    @Test
    void signHostAndTimeOfARequestAndDoNotSendTheSecret() throws Exception {
        try (var context = new DefaultCamelContext()) {
            var request = new DefaultExchange(context).getMessage();
            request.setHeader(Exchange.HTTP_URI, "https://gateway.example.org:8443/prefix");
            request.setHeader(Exchange.HTTP_METHOD, "POST");
            request.setHeader(Exchange.HTTP_PATH, "/v2/finetuning");
            request.setHeader(Exchange.HTTP_QUERY, "Action=DescribeFineTuningJobs");

            RequestSigner.sign(request, ACCESS_KEY, SECRET, Instant.parse("2026-03-01T04:05:06.789Z"));

            String prefix = "bce-auth-v1/" + ACCESS_KEY + "/2026-03-01T04:05:06Z/1800";
            assertThat(request.getHeader("x-bce-date")).isEqualTo("2026-03-01T04:05:06Z");
            assertThat(request.getHeader("Authorization")).isEqualTo(prefix + "/host;x-bce-date/" + RequestSigner.signature(SECRET, prefix,
                    "POST", "/prefix/v2/finetuning", "Action=DescribeFineTuningJobs",
                    new TreeMap<>(Map.of("host", "gateway.example.org:8443", "x-bce-date", "2026-03-01T04:05:06Z"))));
            assertThat(request.getHeaders().toString()).doesNotContain(SECRET);
        }
    }
}
