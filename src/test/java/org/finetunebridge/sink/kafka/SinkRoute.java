package org.finetunebridge.sink.kafka;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.function.UnaryOperator;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.finetunebridge.settings.Settings.KafkaSettings;
import org.finetunebridge.sink.Batch;
import org.finetunebridge.sink.FlakySink;
import org.finetunebridge.sink.Publisher;

/** A Kafka sink with the route of the file it is shipped with, or an edited one, in a context that runs. */
final class SinkRoute implements AutoCloseable {

    private final CamelContext context = new DefaultCamelContext();
    private final KafkaSink sink;

    SinkRoute(KafkaSettings settings) {
        this(settings, yaml -> yaml);
    }

    /** @param edit what a user made of the route file */
    SinkRoute(KafkaSettings settings, UnaryOperator<String> edit) {
        var properties = new Properties();
        properties.put("bridge.sink", "kafka");
        // Nobody looks at its MBeans, which take a third of a start.
        context.disableJMX();
        context.getPropertiesComponent().setInitialProperties(properties);
        var publisher = new Publisher(new FlakySink());
        context.getRegistry().bind("publish", (Processor) exchange -> publisher.publish(exchange.getMessage().getBody(Batch.class)));
        sink = new KafkaSink(settings, context);
        try {
            String yaml = Files.readString(Path.of("routes/publish-kafka.camel.yaml"));
            PluginHelper.getRoutesLoader(context).loadRoutes(ResourceHelper.fromString("publish-kafka.camel.yaml",
                    edit.apply(yaml)));
            context.start();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    KafkaSink sink() {
        return sink;
    }

    CamelContext context() {
        return context;
    }

    @Override
    public void close() {
        sink.close();
        context.stop();
    }
}
