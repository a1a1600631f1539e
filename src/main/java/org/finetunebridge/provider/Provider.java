package org.finetunebridge.provider;

import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Set;

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
 * @param regions   further addresses where other accounts of it are found
 */
public record Provider(String name, String baseUrl, ZoneId zone, String keyHeader, String keyPrefix,
        String requestIdHeader, String list, String job, List<String> follow, Map<String, String> wishes, PaginationConfig ways,
        Map<String, String> keys, Map<String, Set<String>> fields, Map<String, String> limits, ErrorTable errors,
        List<String> regions) {

    /** The default of an own key that has none: a source has to set it. */
    public static final String REQUIRED = "!required";

    /**
     * What is likely wrong where a request was refused, for a person; empty if nothing is likelier than the rest.
     *
     * @param status  of the answer
     * @param askedAt the address that a source was given
     */
    public String hint(int status, String askedAt) {
        List<String> others = regions.stream().filter(address -> !askedAt.startsWith(address)).toList();
        if (status == 401 && !others.isEmpty() && (regions.contains(askedAt) || askedAt.equals(baseUrl))) {
            return "; a key belongs to one region: does this one belong to base-url " + String.join(" or ", others)
                    + "?";
        }
        String path = baseUrl.replaceFirst("^https?://[^/]*", "");
        return status != 404 || path.isEmpty() || askedAt.endsWith(path) ? ""
                : "; base-url does not end in " + path + ", as " + baseUrl + " does: is it missing?";
    }
}
