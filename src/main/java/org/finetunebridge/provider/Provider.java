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
 */
public record Provider(String name, String baseUrl, ZoneId zone, String keyHeader, String keyPrefix,
        String requestIdHeader, String list, String job, List<String> follow, Map<String, String> wishes, PaginationConfig ways,
        Map<String, String> keys, Map<String, Set<String>> fields, Map<String, String> limits, ErrorTable errors) {

    /** The default of an own key that has none: a source has to set it. */
    public static final String REQUIRED = "!required";
}
