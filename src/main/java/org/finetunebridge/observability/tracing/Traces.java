package org.finetunebridge.observability.tracing;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.opentelemetry2.OpenTelemetryTracer;

/** A span for every poll cycle, poll and request, made by Camel's own component and sent by OTLP over HTTP. */
public final class Traces implements AutoCloseable {

    /** A collector that does not answer must not delay a stop. */
    private static final Duration LONGEST_SEND = Duration.ofSeconds(2);
    private static final Resource US = Resource.create(Attributes.of(AttributeKey.stringKey("service.name"),
            "finetune-bridge"));

    private final SdkTracerProvider provider;

    private Traces(SdkTracerProvider provider) {
        this.provider = provider;
    }

    /**
     * Begins to trace what the context does.
     *
     * @param endpoint of a collector that speaks OTLP over HTTP, such as {@code http://127.0.0.1:4318/v1/traces}
     */
    public static Traces of(CamelContext context, String endpoint) {
        var exporter = OtlpHttpSpanExporter.builder().setEndpoint(endpoint).setTimeout(LONGEST_SEND)
                .setConnectTimeout(LONGEST_SEND).build();
        var provider = SdkTracerProvider.builder().setResource(US)
                .addSpanProcessor(BatchSpanProcessor.builder(exporter).build()).build();
        context.getRegistry().bind("traces", Tracer.class, provider.get("org.finetunebridge"));
        // No request header tells a provider about our traces.
        context.getRegistry().bind("traces-propagators", ContextPropagators.class, ContextPropagators.noop());
        new OpenTelemetryTracer().init(context);
        return new Traces(provider);
    }

    /** The current span as a W3C traceparent; null if there is none. */
    public String traceparent() {
        SpanContext span = Span.current().getSpanContext();
        return span.isValid() ? "00-" + span.getTraceId() + '-' + span.getSpanId() + '-' + span.getTraceFlags().asHex()
                : null;
    }

    /** Sends the spans that have not been sent yet. */
    @Override
    public void close() {
        provider.shutdown().join(LONGEST_SEND.toMillis(), TimeUnit.MILLISECONDS);
    }
}
