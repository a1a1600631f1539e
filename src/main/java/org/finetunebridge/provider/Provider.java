package org.finetunebridge.provider;

import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.finetunebridge.event.RecordPage.RecordKeyStrategy;

/**
 * What {@code <provider>.properties} says: everything about a provider that is neither a route nor a mapping.
 *
 * @param name      one lower-case word, the prefix of its files
 * @param baseUrl   where it is found unless a source says otherwise; may be empty
 * @param zone      of its clocks that carry none
 * @param keyHeader the header that carries the api key
 * @param keyPrefix what stands before the key there
 * @param requestIdHeader the header of an answer that names the request; null if there is none
 * @param list      the resource that lists an account's jobs
 * @param job       the resource that shows one job; null if the followed ones do
 * @param follow    the resources read for every watched job, in order
 * @param wishes    those of them that are read only where a source's key of this name is true
 * @param ways      how they are asked
 * @param keys      configuration keys of its own, with their defaults
 * @param fields    the fields known of each resource's records
 * @param limits    the header that says how many requests are left, to the one that says when there are more
 * @param errors    what its errors mean
 * @param regions   further addresses where other accounts of it are found; a word in braces stands for a part of a host
 * @param headers   headers of every request, to the own key whose value each carries; one that is not set is left out
 * @param optional  those of the followed resources that some of its servers do not have
 * @param signature how requests are signed with the key, which is not sent then; null if they are not
 * @param keyQuery  the parameter of the query that carries the key in place of a header; null if none does
 * @param showsOneJob whether the status of one job can be asked for: else only the list of all jobs shows that it ended
 */
public record Provider(String name, String baseUrl, ZoneId zone, String keyHeader, String keyPrefix,
        String requestIdHeader, String list, String job, List<String> follow, Map<String, String> wishes, PaginationConfig ways,
        Map<String, String> keys, Map<String, Set<String>> fields, Map<String, String> limits, ErrorTable errors,
        List<String> regions, Map<String, String> headers, Set<String> optional, String signature,
        String keyQuery, boolean showsOneJob) {

    /** The default of an own key that has none: a source has to set it. */
    public static final String REQUIRED = "!required";

    /** The ways to sign a request. */
    public static final Set<String> SIGNATURES = Set.of("bce-auth-v1");
    /** The own key that names the secret a request is signed with. */
    public static final String SIGNER = "access-key";

    /** Why none of its jobs can be watched alone; null if they can. */
    public String noJobAlone() {
        return showsOneJob ? null : "no resource of provider " + name + " shows the status of one job, so nobody would see that it"
                + " ended: name one by job in " + name + ".properties";
    }

    /**
     * What is likely wrong where a request was refused, for a person; empty if nothing is likelier than the rest.
     *
     * @param status  of the answer
     * @param askedAt the address that a source was given
     * @param isList  whether the list of the jobs was asked for, which is there if anything is
     */
    public String hint(int status, String askedAt, boolean isList) {
        List<String> others = regions.stream().filter(region -> !isAt(region, askedAt)).toList();
        boolean isKnown = askedAt.equals(baseUrl) || others.size() < regions.size();
        if (isKnown && !others.isEmpty() && status == 401) {
            return "; a key belongs to one region: does this one belong to base-url " + String.join(" or ", others)
                    + "?";
        } else if (isKnown && !others.isEmpty() && isList && (status == 403 || status == 404)) {
            return "; this region may not offer fine-tuning to this account: does it belong to base-url " + String.join(" or ", others) + "?";
        }
        String path = baseUrl.replaceFirst("^https?://[^/]*", "");
        return status != 404 || path.isEmpty() || askedAt.endsWith(path) ? ""
                : "; base-url does not end in " + path + ", as " + baseUrl + " does: is it missing?";
    }

    private static boolean isAt(String region, String address) {
        String pattern = Arrays.stream(region.split("\\{[^}]*}", -1)).map(Pattern::quote).collect(Collectors.joining("[^./:]+"));
        return address.matches(pattern + "(/.*)?");
    }

    /**
     * How the resources of a provider are asked: each set names some of them. One that is in none shows how things stand
     * now, page by page.
     *
     * @param growing  a list that grows at its end: asked from the position of the last record published
     * @param whole    a list without pages: asked whole every time, and published from where it was left
     * @param recent   a list of named records, newest first: read back to what is known, then published from there on
     * @param after    a list of named records, oldest first: asked from the name of the last record published
     * @param numbered records without a name: their ordinal among equal ones, counted from the oldest, is part of their key
     * @param indexed  records that may be equal: their position in the list is part of their key
     * @param settling the last record may still change: deferred until it was read twice the same, or the job is over
     * @param first    what the first page of a resource is asked with, where that is not nothing
     * @param pageSizes how many records a page of a resource is asked for, where its list does not say whether there is more
     * @param once     read once, after the end of a job whose record names it: one answer, with what that record says
     */
    public record PaginationConfig(Set<String> growing, Set<String> whole, Set<String> recent, Set<String> after, Set<String> numbered,
            Set<String> indexed, Set<String> settling, Map<String, String> first, Map<String, Integer> pageSizes,
            Set<String> once) {

        /** Without sizes of pages, and without anything that is read once. */
        public PaginationConfig(Set<String> growing, Set<String> whole, Set<String> recent, Set<String> after,
                Set<String> numbered, Set<String> indexed, Set<String> settling, Map<String, String> first) {
            this(growing, whole, recent, after, numbered, indexed, settling, first, Map.of(), Set.of());
        }

        /** How the records of a page are named that begins at this place of the list. */
        public RecordKeyStrategy naming(String resource, long from) {
            return new RecordKeyStrategy(recent.contains(resource), numbered.contains(resource),
                    indexed.contains(resource) ? from : -1);
        }

        /**
         * Whether the list of a resource is read as one of records, such as a log. Without a word of these it shows how
         * things stand, and records in it have no place from which to read on.
         */
        public boolean isOfRecords(String resource) {
            return Stream.of(growing, whole, recent, after, once).anyMatch(way -> way.contains(resource));
        }

        /** How many records a page of the resource is asked for; 0 if the descriptor does not say. */
        public int pageSize(String resource) {
            return pageSizes.getOrDefault(resource, 0);
        }

        /** The cursor of a resource's first page. */
        public String first(String resource) {
            return first.getOrDefault(resource, "");
        }
    }
}
