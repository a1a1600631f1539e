package org.finetunebridge.karaf;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;

/** Somebody else's bundle, that brings a Camel and a Jackson of its own and offers both to everybody. */
public final class OtherCamel implements BundleActivator {

    private static final Path LIBRARIES = Path.of("target", "lib");
    private static final String WANTED = "(camel-(api|base|base-engine|core-.*|support|util|util-json|management.*|timer"
            + "|xml-jaxp-util)|jackson-(core|databind|annotations))-[0-9.]+jar";

    private final CamelContext context = new DefaultCamelContext();

    @Override
    public void start(BundleContext bundle) throws Exception {
        Thread.currentThread().setContextClassLoader(OtherCamel.class.getClassLoader());
        context.getCamelContextExtension().setName("other");
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("timer:other?period=1000").routeId("other").setBody(constant("other"));
            }
        });
        context.start();
    }

    @Override
    public void stop(BundleContext bundle) {
        context.stop();
    }

    static void pack(Path bundle) throws IOException {
        List<Path> jars = jars();
        try (var out = new JarOutputStream(Files.newOutputStream(bundle), manifest(jars))) {
            for (Class<?> type : List.of(OtherCamel.class, Class.forName(OtherCamel.class.getName() + "$1"))) {
                String name = type.getName().replace('.', '/') + ".class";
                try (InputStream in = OtherCamel.class.getResourceAsStream('/' + name)) {
                    add(name, in, out);
                }
            }
            for (Path jar : jars) {
                try (InputStream in = Files.newInputStream(jar)) {
                    add(jar.getFileName().toString(), in, out);
                }
            }
        } catch (ClassNotFoundException e) {
            throw new IOException(e);
        }
    }

    private static void add(String name, InputStream in, OutputStream out) throws IOException {
        ((JarOutputStream) out).putNextEntry(new ZipEntry(name));
        in.transferTo(out);
    }

    private static Manifest manifest(List<Path> jars) throws IOException {
        var manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.putValue("Bundle-ManifestVersion", "2");
        main.putValue("Bundle-SymbolicName", "other.camel");
        main.putValue("Bundle-Version", "3.22.0");
        main.putValue("Bundle-Activator", OtherCamel.class.getName());
        main.putValue("Bundle-ClassPath", ".," + jars.stream().map(jar -> jar.getFileName().toString())
                .collect(Collectors.joining(",")));
        main.putValue("Import-Package", "org.osgi.framework,org.slf4j,org.slf4j.spi,org.slf4j.event,org.slf4j.helpers,"
                + "javax.management,javax.management.modelmbean,javax.management.openmbean,javax.management.remote,"
                + "javax.xml.parsers,javax.xml.transform,javax.xml.transform.dom,javax.xml.transform.sax,"
                + "javax.xml.transform.stream,javax.xml.namespace,javax.xml.stream,javax.xml.xpath,org.w3c.dom,"
                + "org.xml.sax,javax.naming,javax.net.ssl,javax.crypto");
        main.putValue("Export-Package", packages(jars).stream().map(name -> name + ";version=\"3.22.0\"")
                .collect(Collectors.joining(",")));
        return manifest;
    }

    private static TreeSet<String> packages(List<Path> jars) throws IOException {
        var packages = new TreeSet<String>();
        for (Path path : jars) {
            try (var jar = new JarFile(path.toFile())) {
                jar.stream().map(ZipEntry::getName)
                        .filter(name -> name.matches("(org/apache/camel|com/fasterxml).*\\.class"))
                        .forEach(name -> packages.add(name.substring(0, name.lastIndexOf('/')).replace('/', '.')));
            }
        }
        return packages;
    }

    private static List<Path> jars() throws IOException {
        try (Stream<Path> all = Files.list(LIBRARIES)) {
            return all.filter(jar -> jar.getFileName().toString().matches(WANTED)).sorted().toList();
        }
    }
}
