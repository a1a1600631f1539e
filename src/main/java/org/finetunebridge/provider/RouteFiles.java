package org.finetunebridge.provider;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * The route and mapping files, found by name: a folder's file wins over the packed one of the same name, unless it is the
 * same to the byte. Camel's own wildcards are not used because they match nothing inside OSGi.
 */
public final class RouteFiles {

    private static final String FOLDER = "routes/";

    private final ClassLoader loader;
    private final Set<String> packed;
    private final SortedMap<String, URI> files = new TreeMap<>();

    /**
     * @param loader  of the packed files
     * @param packed  names of the packed files
     * @param folders the last wins; folders that do not exist are skipped
     */
    public RouteFiles(ClassLoader loader, Collection<String> packed, List<Path> folders) throws IOException {
        this.loader = loader;
        this.packed = Set.copyOf(packed);
        packed.forEach(name -> files.put(name, packed(name)));
        for (Path folder : folders) {
            if (Files.isDirectory(folder)) {
                addFolder(folder);
            }
        }
    }

    /** The names of the files packed with this class, in its jar or its folder. */
    public static List<String> packed() throws IOException {
        Path code = codeSource();
        if (Files.isDirectory(code)) {
            return namesIn(code.resolve(FOLDER));
        }
        try (var jar = new JarFile(code.toFile())) {
            return jar.stream().map(entry -> entry.getName())
                    .filter(name -> name.startsWith(FOLDER) && name.length() > FOLDER.length())
                    .map(name -> name.substring(FOLDER.length())).toList();
        }
    }

    /** The names that end so, in order. */
    public List<String> endingWith(String ending) {
        return files.keySet().stream().filter(name -> name.endsWith(ending)).toList();
    }

    /** Whether the file is the one that is packed with the program, and no folder's. */
    boolean isPacked(String name) {
        return "classpath".equals(files.get(name).getScheme());
    }

    /** Whether there is such a file. */
    public boolean has(String name) {
        return files.containsKey(name);
    }

    /** Where Camel finds the file. */
    public String location(String name) {
        return files.get(name).toString();
    }

    /** The content of a file that is there. */
    public String read(String name) throws IOException {
        URI location = files.get(name);
        if (!"classpath".equals(location.getScheme())) {
            return Files.readString(Path.of(location));
        }
        try (InputStream in = loader.getResourceAsStream(FOLDER + name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private void addFolder(Path folder) throws IOException {
        for (String name : namesIn(folder)) {
            Path file = folder.resolve(name);
            files.put(name, packed.contains(name) && isLikePacked(name, file) ? packed(name) : file.toUri());
        }
    }

    private static URI packed(String name) {
        return URI.create("classpath:" + FOLDER + name);
    }

    /** The distribution has the packed files beside the program, to look at: where it is started from, they change nothing. */
    private boolean isLikePacked(String name, Path file) {
        try (InputStream in = loader.getResourceAsStream(FOLDER + name)) {
            return in != null && Arrays.equals(in.readAllBytes(), Files.readAllBytes(file));
        } catch (IOException e) {
            return false; // whoever reads it says what is wrong
        }
    }

    private static List<String> namesIn(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(Files::isRegularFile).map(file -> file.getFileName().toString()).toList();
        }
    }

    /** By a resource: a class out of an AOT cache (JDK 25) does not say where its code is from. */
    private static Path codeSource() throws IOException {
        URL here = RouteFiles.class.getResource("RouteFiles.class");
        try {
            if (here.openConnection() instanceof JarURLConnection jar) {
                return Path.of(jar.getJarFileURL().toURI());
            }
            return Path.of(here.toURI().resolve("../".repeat(RouteFiles.class.getPackageName().split("\\.").length)));
        } catch (URISyntaxException e) {
            throw new IllegalStateException("the place of our own classes is no URI", e);
        }
    }
}
