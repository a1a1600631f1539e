package org.finetunebridge.camel;

import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import java.util.TreeMap;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteTemplateDefinition;
import org.finetunebridge.provider.ProviderRegistry;
import org.finetunebridge.settings.SourceSettings;
import org.finetunebridge.text.PercentEncoder;

/** The routes of each source, made from the templates that all share and those of its provider. */
final class SourceRoutes {

    private static final List<String> ASKING = List.of("fetch");
    private static final List<String> WATCHING = List.of("fetch", "poll", "failed", "watch");

    private final ProviderRegistry providers;
    private final boolean watched;
    private final boolean once;

    /**
     * @param watched with what starts them and polls; else they only ask, when somebody calls them
     * @param once    one sweep instead of many
     */
    SourceRoutes(ProviderRegistry providers, boolean watched, boolean once) {
        this.providers = providers;
        this.watched = watched;
        this.once = once;
    }

    void add(List<SourceSettings> sources, CamelContext context) {
        List<String> templates = ((ModelCamelContext) context).getRouteTemplateDefinitions().stream()
                .map(RouteTemplateDefinition::getId).toList();
        for (SourceSettings source : sources) {
            Map<String, Object> parameters = parameters(source);
            (watched ? WATCHING : ASKING).forEach(template -> add(template, template, source, parameters, context));
            String provider = source.provider().name();
            templates.stream().filter(template -> providers.of(template).equals(provider)).forEach(template ->
                    add(template, template.substring(provider.length() + 1), source, parameters, context));
        }
    }

    private static void add(String template, String does, SourceSettings source, Map<String, Object> parameters,
            CamelContext context) {
        TemplatedRouteBuilder.builder(context, template).routeId(source.name() + '-' + does).parameters(parameters)
                .add();
    }

    private Map<String, Object> parameters(SourceSettings source) {
        Map<String, Object> parameters = new TreeMap<>();
        source.own().forEach((key, value) -> parameters.put(key, PercentEncoder.encoded(value)));
        parameters.put("source", source.name());
        parameters.put("provider", source.provider().name());
        parameters.put("base-url", source.baseUrl());
        parameters.put("request-timeout", Long.toString(source.requestTimeout().toMillis()));
        parameters.put("trigger", trigger(source));
        return parameters;
    }

    /** One sweep at a time: synchronous, for a timer would fire again while a sweep goes on on other threads. */
    private String trigger(SourceSettings source) {
        if (once) {
            return "timer:" + source.name() + "?repeatCount=1&delay=0";
        }
        return source.cron() == null ? "timer:" + source.name() + "?synchronous=true&delay=0&period="
                + source.period().toMillis()
                : "quartz:" + source.name() + "?stateful=true&cron=" + source.cron().replace(' ', '+')
                        + "&trigger.timeZone=RAW(" + TimeZone.getTimeZone(source.cronZone()).getID() + ')';
    }
}
