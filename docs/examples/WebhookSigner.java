import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.camel.Exchange;

/** Signs a message as Standard Webhooks asks: HMAC-SHA256 of its id, the time and its body, joined by dots. */
public final class WebhookSigner {

    private byte[] key;

    /** The secret as receivers get it: whsec_ and the key in base64. */
    public void setSecret(String secret) {
        key = Base64.getDecoder().decode(secret.replaceFirst("^whsec_", ""));
    }

    /** Sets webhook-timestamp and webhook-signature, by webhook-id and the body. */
    public void sign(Exchange exchange) throws GeneralSecurityException {
        String id = exchange.getMessage().getHeader("webhook-id", String.class);
        String time = Long.toString(Instant.now().getEpochSecond());
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        String signed = id + '.' + time + '.' + exchange.getMessage().getBody(String.class);
        String signature = Base64.getEncoder().encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
        exchange.getMessage().setHeader("webhook-timestamp", time);
        exchange.getMessage().setHeader("webhook-signature", "v1," + signature);
    }
}
