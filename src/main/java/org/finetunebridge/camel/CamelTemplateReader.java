package org.finetunebridge.camel;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.LineNumberAware;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.FromDefinition;
import org.apache.camel.model.LogDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.RouteTemplateDefinition;
import org.apache.camel.model.RouteTemplateParameterDefinition;
import org.apache.camel.model.SetVariableDefinition;
import org.apache.camel.model.ToDynamicDefinition;
import org.apache.camel.model.language.ExpressionDefinition;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.finetunebridge.provider.validation.RouteTemplateReader;
import org.finetunebridge.text.LogSanitizer;

/** Has Camel load a route file and instantiate its templates, in a context that is never started, and reads the model. */
public final class CamelTemplateReader implements RouteTemplateReader {

    @Override
    public List<RouteTemplate> read(String file, String text, Map<String, String> parameters) {
        try (var context = new DefaultCamelContext()) {
            List<RouteTemplate> templates = new ArrayList<>();
            for (RoutesBuilder routes : PluginHelper.getRoutesLoader(context).findRoutesBuilders(ResourceHelper.fromString(file, text))) {
                RouteBuilder builder = (RouteBuilder) routes;
                builder.setCamelContext(context);
                builder.configure();
                for (RouteTemplateDefinition template : builder.getRouteTemplateCollection().getRouteTemplates()) {
                    templates.add(instantiated(template, parameters, context));
                }
            }
            return templates;
        } catch (Exception e) {
            throw new IllegalArgumentException(StartupFailureAnalyzer.words(e), e);
        }
    }

    /** Templates that are loaded already, as they are: for a bridge that starts, which instantiates them itself. */
    static List<RouteTemplate> loaded(Collection<RouteTemplateDefinition> templates, CamelContext context) {
        return templates.stream().map(template -> described(template, template.getRoute(), null, context)).toList();
    }

    private static RouteTemplate instantiated(RouteTemplateDefinition template, Map<String, String> parameters, DefaultCamelContext context) {
        Map<String, Object> given = new HashMap<>(parameters);
        parameters(template, true).forEach(name -> given.putIfAbsent(name, "example"));
        RouteDefinition route = template.getRoute();
        String refusal = null;
        try {
            context.removeRouteTemplateDefinitions(template.getId());
            context.addRouteTemplateDefinitions(List.of(template));
            route = context.getRouteDefinition(context.addRouteFromTemplate("example-" + template.getId(), template.getId(), given));
        } catch (Exception e) {
            refusal = StartupFailureAnalyzer.words(e);
        }
        return described(template, route, refusal, context);
    }

    private static RouteTemplate described(RouteTemplateDefinition template, RouteDefinition route, String refusal, CamelContext context) {
        var words = new WordCollector(context);
        FromDefinition from = route.getInput();
        // Camel's line of a template is the one before it.
        words.collect(from, false, template.getLineNumber() + 1);
        words.collect(route.getOutputs(), false, template.getLineNumber() + 1);
        return new RouteTemplate(template.getId(), template.getLineNumber() + 1,
                new Words(from == null ? "" : from.getEndpointUri(), false, from == null ? 0 : from.getLineNumber()),
                parameters(template, true), parameters(template, false), words.variables, List.copyOf(words.found), refusal);
    }

    private static Set<String> parameters(RouteTemplateDefinition template, boolean required) {
        return template.getTemplateParameters() == null ? Set.of() : template.getTemplateParameters().stream()
                .filter(parameter -> required == (parameter.isRequired() && parameter.getDefaultValue() == null))
                .map(RouteTemplateParameterDefinition::getName).collect(Collectors.toCollection(TreeSet::new));
    }

    /** Goes through a model, whatever steps it has: every text in it, and the variables that are set. */
    private static final class WordCollector {

        /** Made of others, so that they would be found twice. */
        private static final Set<String> DERIVED = Set.of("parent", "label", "shortName", "location");

        private final CamelContext context;
        private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        private final Set<Words> found = new LinkedHashSet<>();
        private final Set<String> variables = new TreeSet<>();

        private WordCollector(CamelContext context) {
            this.context = context;
        }

        private void collect(Object value, boolean simple, int line) {
            if (value instanceof String text) {
                found.add(new Words(text, simple, line));
            } else if (value instanceof Collection<?> several) {
                several.forEach(one -> collect(one, simple, line));
            } else if (value != null && value.getClass().getName().startsWith("org.apache.camel.model.") && seen.add(value)) {
                if (value instanceof SetVariableDefinition set) {
                    variables.add(set.getName());
                }
                int here = value instanceof LineNumberAware numbered && numbered.getLineNumber() > 0 ? numbered.getLineNumber() : line;
                boolean evaluated = value instanceof ToDynamicDefinition || value instanceof LogDefinition
                        || value instanceof ExpressionDefinition expression && "simple".equals(expression.getLanguage());
                Map<String, Object> properties = new HashMap<>();
                PluginHelper.getBeanIntrospection(context).getProperties(value, properties, null, false);
                properties.keySet().removeAll(DERIVED);
                properties.values().forEach(property -> collect(property, evaluated, here));
            }
        }
    }
}
