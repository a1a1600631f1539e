package org.finetunebridge.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.cli.Options;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.provider.ProviderRegistry;
import org.finetunebridge.provider.RouteFiles;
import org.finetunebridge.provider.validation.ProviderValidator;
import org.finetunebridge.settings.InvalidConfigurationException;

/** Begins the files of a provider that is not among those that ship; {@code check --provider} says what is left to do. */
final class NewProviderCommand extends Verb {

    /** What the files of the skeleton call the provider. */
    private static final String PLACEHOLDER = "acme";
    private static final String SKELETON = "/skeleton/";

    private static final String INTO = "into";
    private static final String FOLDER = "providers";

    NewProviderCommand() {
        super("new-provider", "Write the files of a new provider, for you to fill in. Then check --provider says what is left to do,"
                + " with file and line.", Parameter.required("NAME", "A letter, then letters, digits and -, in lower case; the files"
                        + " begin with it."));
    }

    @Override
    void addOptions(Options options) {
        options.addOption(valued(INTO, "DIR", "The folder to write to, made if it is not there (default: " + FOLDER + ")."));
    }

    @Override
    int call() throws Exception {
        String name = argument(0);
        Path folder = path("--" + INTO, has(INTO) ? value(INTO) : FOLDER);
        if (ProviderValidator.refusalOfName(name) != null) {
            throw refused(ProviderValidator.refusalOfName(name));
        }
        if (new ProviderRegistry(new RouteFiles(Bridge.class.getClassLoader(), RouteFiles.packed(), List.of())).names().contains(name)) {
            throw refused(name + " is a provider that ships: choose another name, or copy its files from the jar's routes/ to change them");
        }
        Map<Path, String> files = new LinkedHashMap<>();
        for (String ending : List.of(".properties", ".camel.yaml", "-jobs.jslt", "-errors.json")) {
            files.put(folder.resolve(name + ending), PLACEHOLDER + ending);
        }
        files.put(folder.resolve(Path.of("fixtures", name, "jobs", "list.response.json")), "list.response.json");
        List<String> there = files.keySet().stream().filter(Files::exists).map(file -> file + ": is there already; nothing was written")
                .toList();
        if (!there.isEmpty()) {
            throw new InvalidConfigurationException(there);
        }
        try {
            for (Map.Entry<Path, String> file : files.entrySet()) {
                Files.createDirectories(file.getKey().getParent());
                Files.writeString(file.getKey(), skeleton(file.getValue()).replace(PLACEHOLDER, name));
                out().println("wrote " + file.getKey());
            }
        } catch (IOException e) {
            throw refused(folder + ": cannot be written: " + e);
        }
        out().println("Now: check --provider " + folder + " says what is left to do. docs/provider-files.md says what each file may hold.");
        return 0;
    }

    private static InvalidConfigurationException refused(String why) {
        return new InvalidConfigurationException(List.of(why));
    }

    private static String skeleton(String file) throws IOException {
        try (InputStream in = NewProviderCommand.class.getResourceAsStream(SKELETON + file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
