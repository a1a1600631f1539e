package org.finetunebridge.settings;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Through which HTTP proxy a source's requests go.
 *
 * @param http  for addresses that begin with http; null for none
 * @param https for addresses that begin with https, which are reached by CONNECT; null for none
 */
public record ProxyRules(Proxy http, Proxy https) {

    /** No proxy at all. */
    public static final ProxyRules NONE = new ProxyRules(null, null);

    private static final Pattern ADDRESS = Pattern.compile("(?i)(http://)?(?:(.*)@)?(\\[[0-9a-f:.]+]|[^\\s:/@\\[\\]]+)(?::(\\d{1,5}))?/?");
    private static final Pattern ESCAPE = Pattern.compile("(?:%[0-9A-Fa-f]{2})+");
    private static final Pattern IP = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|\\[?[0-9a-fA-F]*:[0-9a-fA-F:.]+]?");
    private static final String LOOPBACK = "localhost,127.0.0.0/8,::1,";
    private static final int DEFAULT_PORT = 80;
    private static final int LARGEST_PORT = 65_535;

    /**
     * One proxy.
     *
     * @param host     its name or address
     * @param port     where it listens
     * @param user     for Basic; null for none
     * @param password for Basic; goes into one header and nowhere else
     * @param origin   the variable or property that names it; empty if the source's own key does
     * @param direct   hosts that are reached without it, in the form of {@code NO_PROXY} or of the JVM's {@code nonProxyHosts}
     * @param jvm      whether {@code direct} has the JVM's form: whole names, with * at an end
     */
    public record Proxy(String host, int port, String user, String password, String origin, List<String> direct, boolean jvm) {

        /**
         * For a person: where it is, and who says so.
         *
         * @param source whose key names it, if nobody else does
         */
        public String named(String source) {
            return "the proxy " + this + " (" + (origin.isEmpty() ? source + ".proxy" : origin) + ')';
        }

        /** Without the password. */
        @Override
        public String toString() {
            return host + ':' + port;
        }

        private boolean serves(String target, int targetPort) {
            return direct.stream().noneMatch(rule -> jvm ? matchesJvm(rule, target) : matchesVariable(rule, target, targetPort));
        }
    }

    /** Whether a key of the source names them. */
    boolean isOwn() {
        return http != null && http.origin().isEmpty();
    }

    /** The proxy that a request to this address goes through; null for none. */
    public Proxy of(String url) {
        URI uri = URI.create(url);
        return of(uri.getScheme(), uri.getHost(), uri.getPort());
    }

    /**
     * The proxy that a request goes through; null for none.
     *
     * @param scheme {@code http} or {@code https}
     * @param port   -1 for the scheme's own
     */
    public Proxy of(String scheme, String host, int port) {
        boolean secure = "https".equalsIgnoreCase(scheme);
        Proxy proxy = secure ? https : http;
        return proxy != null && proxy.serves(host.toLowerCase(Locale.ROOT), port > 0 ? port : secure ? 443 : 80) ? proxy : null;
    }

    /**
     * The proxy that a key names, for every address.
     *
     * @return null if the text is none
     */
    static ProxyRules named(String text) {
        Proxy proxy = text.toLowerCase(Locale.ROOT).startsWith("http://") ? parsed(text, "", 0, List.of(), false) : null;
        return proxy == null ? null : new ProxyRules(proxy, proxy);
    }

    /**
     * What the process was started with: the JVM's properties, else the environment.
     *
     * @throws IllegalArgumentException naming what cannot be used
     */
    public static ProxyRules surroundings(Map<String, String> environment, Properties system) {
        return new ProxyRules(surrounding("http", environment, system), surrounding("https", environment, system));
    }

    private static Proxy surrounding(String scheme, Map<String, String> environment, Properties system) {
        String host = system.getProperty(scheme + ".proxyHost", "").strip();
        if (!host.isEmpty()) {
            String port = system.getProperty(scheme + ".proxyPort", scheme.equals("https") ? "443" : "80").strip();
            List<String> direct = split(system.getProperty("http.nonProxyHosts", "localhost|127.*|[::1]"), "\\|");
            Proxy named = parsed(host + ':' + port, scheme + ".proxyHost", 0, direct, true);
            if (named == null) {
                throw new IllegalArgumentException(scheme + ".proxyHost, " + scheme + ".proxyPort: allowed are a host and a port");
            }
            return new Proxy(named.host(), named.port(), system.getProperty(scheme + ".proxyUser"),
                    system.getProperty(scheme + ".proxyPassword", ""), named.origin(), direct, true);
        }
        String name = scheme.toUpperCase(Locale.ROOT) + "_PROXY";
        String text = variable(name, environment);
        if (text.isEmpty()) {
            return null;
        }
        Proxy proxy = parsed(text, name, DEFAULT_PORT, split(LOOPBACK + variable("NO_PROXY", environment), ","), false);
        if (proxy == null) {
            throw new IllegalArgumentException(name + ": allowed is http://[user:password@]host:port; <source>.proxy wins over it,"
                    + " and none there is no proxy");
        }
        return proxy;
    }

    /** In upper case, else in lower case. */
    private static String variable(String name, Map<String, String> environment) {
        String value = environment.getOrDefault(name, "").strip();
        return value.isEmpty() ? environment.getOrDefault(name.toLowerCase(Locale.ROOT), "").strip() : value;
    }

    private static List<String> split(String text, String by) {
        return Arrays.stream(text.split(by)).map(word -> word.strip().toLowerCase(Locale.ROOT)).filter(word -> !word.isEmpty()).toList();
    }

    /** @param fallback the port where none is said; 0 if one has to be said */
    private static Proxy parsed(String text, String origin, int fallback, List<String> direct, boolean jvm) {
        Matcher address = ADDRESS.matcher(text);
        boolean other = text.contains("://") && !text.regionMatches(true, 0, "http://", 0, 7);
        if (other || !address.matches() || address.group(4) == null && fallback == 0) {
            return null;
        }
        int port = address.group(4) == null ? fallback : Integer.parseInt(address.group(4));
        String[] user = address.group(2) == null ? new String[] {null} : address.group(2).split(":", 2);
        return port < 1 || port > LARGEST_PORT ? null : new Proxy(address.group(3), port, unescaped(user[0]),
                user.length > 1 ? unescaped(user[1]) : "", origin, direct, jvm);
    }

    /** What stands between percent signs, in UTF-8; a plus stays one. */
    private static String unescaped(String text) {
        return text == null ? null : ESCAPE.matcher(text).replaceAll(found -> {
            byte[] bytes = new byte[found.group().length() / 3];
            for (int at = 0; at < bytes.length; at++) {
                bytes[at] = (byte) Integer.parseInt(found.group().substring(3 * at + 1, 3 * at + 3), 16);
            }
            return Matcher.quoteReplacement(new String(bytes, StandardCharsets.UTF_8));
        });
    }

    private static boolean matchesJvm(String rule, String host) {
        String bare = rule.replaceAll("^\\*|\\*$", "");
        return rule.startsWith("*") && rule.endsWith("*") ? host.contains(bare) : rule.startsWith("*") ? host.endsWith(bare)
                : rule.endsWith("*") ? host.startsWith(bare) : host.equals(rule);
    }

    /** A host with all below it, perhaps with a port; a network such as 10.0.0.0/8; * for everything. */
    private static boolean matchesVariable(String rule, String host, int port) {
        if (rule.equals("*")) {
            return true;
        } else if (rule.indexOf('/') > 0) {
            return isWithin(rule, host);
        }
        Matcher withPort = Pattern.compile("([^:]+|\\[.*]):(\\d+)").matcher(rule);
        String name = withPort.matches() ? withPort.group(1) : rule;
        String bare = name.replaceFirst("^\\*?\\.", "");
        return (!withPort.matches() || withPort.group(2).equals(Integer.toString(port)))
                && (plain(host).equals(plain(bare)) || host.endsWith('.' + bare) && !IP.matcher(host).matches());
    }

    private static String plain(String host) {
        return host.replaceAll("[\\[\\]]", "");
    }

    private static boolean isWithin(String network, String host) {
        String[] parts = network.split("/", 2);
        if (!IP.matcher(host).matches() || !IP.matcher(parts[0]).matches() || !parts[1].matches("\\d{1,3}")) {
            return false;
        }
        try {
            byte[] inside = InetAddress.getByName(host).getAddress();
            byte[] base = InetAddress.getByName(parts[0]).getAddress();
            int bits = Integer.parseInt(parts[1]);
            if (inside.length != base.length || bits > 8 * base.length) {
                return false;
            }
            for (int bit = 0; bit < bits; bit++) {
                if (((inside[bit / 8] ^ base[bit / 8]) >> (7 - bit % 8) & 1) != 0) {
                    return false;
                }
            }
            return true;
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
