package org.finetunebridge.camel;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteTemplateDefinition;
import org.finetunebridge.camel.http.HttpClients;
import org.finetunebridge.polling.SourcePoller;
import org.finetunebridge.provider.Provider;
import org.finetunebridge.provider.ProviderRegistry;
import org.finetunebridge.provider.RouteFiles;
import org.finetunebridge.provider.validation.ProviderValidator;
import org.finetunebridge.settings.InvalidConfigurationException;
import org.finetunebridge.settings.SourceSettings;

/**
 * The routes that are made from templates: those of each provider that is used, one for each HTTP client and one for each
 * schedule. Their number does not grow with the accounts, which are variables of the exchange.
 */
final class ProviderRoutes {

    /** How the routes of every provider ask. */
    private static final Set<String> SHARED = Set.of("fetch", "fetch-csv");

    private final RouteFiles files;
    private final ProviderRegistry providers;
    private final boolean watched;
    private final boolean once;

    /**
     * @param watched with what starts polls; else the routes only ask, when somebody calls them
     * @param once    one poll cycle instead of many
     */
    ProviderRoutes(RouteFiles files, boolean watched, boolean once) {
        this.files = files;
        this.providers = new ProviderRegistry(files);
        this.watched = watched;
        this.once = once;
    }

    /**
     * @throws InvalidConfigurationException if a route that all need is missing, or a provider's templates are written for
     *         routes of each account
     */
    void add(Accounts accounts, HttpClients clients, CamelContext context) {
        for (String needed : watched ? List.of("poll", "failed") : List.<String>of()) {
            if (((ModelCamelContext) context).getRouteDefinition(needed) == null) {
                throw new InvalidConfigurationException(List.of("the routes or mappings cannot be used: there is no route with the id " + needed));
            }
        }
        List<RouteTemplateDefinition> definitions = ((ModelCamelContext) context).getRouteTemplateDefinitions();
        List<String> templates = definitions.stream().map(RouteTemplateDefinition::getId).toList();
        clients.timeouts().forEach((name, timeout) -> add("request", "request-" + name, Map.of("client", name,
                "request-timeout", Long.toString(timeout.toMillis())), context));
        accounts.all().stream().map(account -> account.settings().provider()).distinct().forEach(provider -> {
            refuseOldForm(provider, definitions.stream().filter(template -> providers.of(template.getId()).equals(provider.name()))
                    .toList(), context);
            Map<String, Object> parameters = new TreeMap<>();
            provider.keys().keySet().forEach(key -> parameters.put(key, "${variable." + key + '}'));
            parameters.put("source", provider.name());
            templates.stream().filter(template -> SHARED.contains(template) || providers.of(template).equals(provider.name()))
                    .forEach(template -> add(template, SHARED.contains(template) ? provider.name() + '-' + template : template,
                            parameters, context));
        });
        if (watched) {
            schedules(accounts, context);
        }
    }

    /** Accounts of equal period or cron expression begin their poll cycles together, spread by a jitter of their own. */
    private void schedules(Accounts accounts, CamelContext context) {
        Map<String, List<SourcePoller>> schedules = accounts.all().stream().collect(Collectors.groupingBy(
                account -> trigger(account.settings()), LinkedHashMap::new, Collectors.mapping(Account::poller, Collectors.toList())));
        schedules.forEach((trigger, pollers) -> {
            String name = name(pollers.get(0).source());
            context.getRegistry().bind("schedule-" + name, new PollTrigger(pollers));
            add("watch", "watch-" + name, Map.of("schedule", name, "trigger", trigger), context);
        });
    }

    /** One word, the same for equal schedules. */
    private String name(SourceSettings source) {
        return once ? "once" : source.cron() == null ? source.period().toMillis() + "ms"
                : "cron-" + source.cron().replaceAll("[^A-Za-z0-9]+", "_") + '-' + source.cronZone().getId().replaceAll("[^A-Za-z0-9]+", "_")
                        + '-' + Integer.toHexString((source.cron() + source.cronZone()).hashCode());
    }

    private static void add(String template, String id, Map<String, Object> parameters, CamelContext context) {
        TemplatedRouteBuilder.builder(context, template).routeId(id).parameters(parameters).add();
    }

    /** Such templates would ask for something else than they say. */
    private void refuseOldForm(Provider provider, List<RouteTemplateDefinition> templates, CamelContext context) {
        try {
            List<String> problems = new ProviderValidator(files, (file, text, parameters) -> CamelTemplateReader.loaded(templates, context))
                    .oldForm(provider.name(), provider.keys().keySet());
            if (!problems.isEmpty()) {
                throw new InvalidConfigurationException(problems);
            }
        } catch (IOException e) {
            throw new IllegalStateException("cannot read the files of " + provider.name(), e);
        }
    }

    /** Synchronous: a tick is over in a moment, and no second one begins meanwhile. */
    private String trigger(SourceSettings source) {
        String name = name(source);
        if (once) {
            return "timer:" + name + "?repeatCount=1&delay=0";
        }
        return source.cron() == null ? "timer:" + name + "?synchronous=true&delay=0&period=" + source.period().toMillis()
                : "quartz:" + name + "?stateful=true&cron=" + source.cron().replace(' ', '+')
                        + "&trigger.timeZone=RAW(" + TimeZone.getTimeZone(source.cronZone()).getID() + ')';
    }

    /** What {@code watch.camel.yaml} calls: begins the poll cycle of every account of one schedule. */
    public static final class PollTrigger {

        private final List<SourcePoller> pollers;

        PollTrigger(List<SourcePoller> pollers) {
            this.pollers = List.copyOf(pollers);
        }

        /** It is time. Returns at once: each account begins after a jitter of its own, and not before its last cycle is over. */
        public void tick() {
            pollers.forEach(SourcePoller::tick);
        }
    }
}
