package org.finetunebridge.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.finetunebridge.TextFiles.text;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whoever follows a link of the pages, or a page that a message or a comment names, arrives. */
class LinksTest {

    private static final Pattern FENCE = Pattern.compile("(?ms)^ *(```+)[^\n]*\n.*?^ *\\1 *$");
    private static final Pattern CODE = Pattern.compile("`[^`]*`");
    private static final Pattern LINK = Pattern.compile("\\[[^\\]]*]\\(([^)\\s]+)\\)|(?:src|srcset|href)=\"([^\"]+)\"");
    private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} +(.+?) *$");
    private static final Pattern NAMED = Pattern.compile("docs/[\\w./-]+\\.(?:md|json|yml|yaml|java)(?:#[\\w-]+)?");

    @Test
    void leadsToFilesAndHeadingsThatAreThere() {
        List<String> wrong = new ArrayList<>();
        for (Path page : pages()) {
            for (String link : links(text(page))) {
                if (!isThere(page, link)) {
                    wrong.add(page + " leads to " + link);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void namesOnlyPagesThatAreThere() {
        List<String> wrong = new ArrayList<>();
        Stream.of("src/main", "routes", "application.properties", "pom.xml", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md").map(Path::of)
                .flatMap(LinksTest::files).filter(file -> file.toString().matches(".*\\.(java|yaml|properties|jslt|json|xml|md|mustache|cfg)"))
                .forEach(file -> NAMED.matcher(text(file)).results().map(MatchResult::group)
                        .filter(named -> !named.contains("/acme") && !isThere(Path.of("README.md"), named)).forEach(named -> wrong.add(file + " names " + named)));
        assertThat(wrong).isEmpty();
    }

    /** Nobody finds a page by chance. */
    @Test
    void listsEveryPage() {
        Path list = Path.of("docs/README.md");
        Set<Path> listed = new HashSet<>(Set.of(list));
        links(text(list)).forEach(link -> listed.add(target(list, link)));
        assertThat(pages().stream().filter(page -> page.startsWith("docs"))).isSubsetOf(listed);
    }

    private static boolean isThere(Path page, String link) {
        if (link.matches("(?i)[a-z]+:.*")) {
            return link.matches("(https?|mailto):.+");
        }
        Path target = target(page, link);
        String anchor = link.contains("#") ? link.substring(link.indexOf('#') + 1) : "";
        return !target.startsWith("..") && Files.exists(target) && (anchor.isEmpty() || anchors(text(target)).contains(anchor));
    }

    /** The file that a link of a page means, from the root. */
    private static Path target(Path page, String link) {
        String file = URLDecoder.decode(link.replaceFirst("#.*", "").replace("+", "%2B"), StandardCharsets.UTF_8);
        return file.isEmpty() ? page : page.resolveSibling(file).normalize();
    }

    private static List<String> links(String text) {
        return LINK.matcher(CODE.matcher(FENCE.matcher(text).replaceAll("")).replaceAll("")).results()
                .map(link -> link.group(1) == null ? link.group(2) : link.group(1)).toList();
    }

    /** As code hosts make them of headings, and the site as well. */
    private static Set<String> anchors(String text) {
        Set<String> anchors = new HashSet<>();
        HEADING.matcher(FENCE.matcher(text).replaceAll("")).results().forEach(heading -> {
            String plain = heading.group(1).replaceAll("\\[([^\\]]*)]\\([^)]*\\)", "$1");
            String anchor = plain.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{M}\\p{N}\\p{Pc}\\- ]", "").replace(' ', '-');
            String free = anchor;
            for (int more = 1; !anchors.add(free); more++) {
                free = anchor + '-' + more;
            }
        });
        return anchors;
    }

    private static List<Path> pages() {
        return Stream.concat(Stream.of("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md").map(Path::of),
                files(Path.of("docs")).filter(file -> file.toString().endsWith(".md"))).toList();
    }

    private static Stream<Path> files(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(file -> !file.toString().contains("node_modules") && Files.isRegularFile(file)).sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
