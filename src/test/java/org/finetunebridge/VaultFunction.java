package org.finetunebridge;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.spi.PropertiesFunction;
import org.apache.camel.support.service.ServiceSupport;
import org.apache.camel.vault.HashicorpVaultConfiguration;

/**
 * Stands in for the function of camel-hashicorp-vault, which is not in every registry: found by Camel under the same name,
 * configured by the same keys when it starts, and asking a vault with the same request.
 */
public final class VaultFunction extends ServiceSupport implements PropertiesFunction, CamelContextAware {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private CamelContext context;
    private HashicorpVaultConfiguration vault;

    @Override
    public void setCamelContext(CamelContext camelContext) {
        context = camelContext;
    }

    @Override
    public CamelContext getCamelContext() {
        return context;
    }

    @Override
    public String getName() {
        return "hashicorp";
    }

    @Override
    protected void doInit() {
        vault = context.getVaultConfiguration().getHashicorpVaultConfiguration();
        if (vault == null || vault.getToken() == null) {
            throw new RuntimeCamelException("Using the Hashicorp Vault Properties Function requires setting Vault token, host, port and scheme");
        }
    }

    /** {@code engine:secret/field}. */
    @Override
    public String apply(String remainder) {
        String[] parts = remainder.split("[:/]");
        try {
            HttpResponse<String> answer = CLIENT.send(HttpRequest.newBuilder(URI.create(vault.getScheme() + "://" + vault.getHost() + ':'
                    + vault.getPort() + "/v1/" + parts[0] + "/data/" + parts[1])).header("X-Vault-Token", vault.getToken()).build(), HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new RuntimeCamelException("Status " + answer.statusCode() + " [" + parts[0] + "/data/" + parts[1] + "]: permission denied");
            }
            return Ndjson.json(answer.body()).at("/data/data/" + parts[2]).textValue();
        } catch (IOException | InterruptedException e) {
            throw new RuntimeCamelException(e);
        }
    }
}
