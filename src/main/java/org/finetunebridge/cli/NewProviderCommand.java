package org.finetunebridge.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.finetunebridge.camel.Bridge;
import org.finetunebridge.provider.ProviderRegistry;
import org.finetunebridge.provider.RouteFiles;
import org.finetunebridge.settings.InvalidConfigurationException;
import org.finetunebridge.text.LogSanitizer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Begins the files of a provider that is not among those that ship; {@code check --provider} says what is left to do. */
@Command(name = "new-provider", description = "Write the files of a new provider, for you to fill in. Then check --provider"
        + " says what is left to do, with file and line.")
final class NewProviderCommand extends BridgeCommand.Verb {

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,40}");
    /** What the files of the skeleton call the provider. */
    private static final String PLACEHOLDER = "acme";
    private static final String SKELETON = "/skeleton/";

    @Parameters(paramLabel = "NAME", index = "0", description = "Lower-case letters, digits and -; the files begin with it.")
    private String name;

    @Option(names = "--into", paramLabel = "DIR", defaultValue = "providers",
            description = "The folder to write to, made if it is not there (default: ${DEFAULT-VALUE}).")
    private Path folder;

    @Override
    public Integer call() throws Exception {
        if (!NAME.matcher(name).matches()) {
            throw refused(LogSanitizer.line(name) + " is no name for a provider: lower-case letters, digits and -");
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
