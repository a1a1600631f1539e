package org.finetunebridge.camel.http;

/** What lies beneath an exception that others have wrapped. */
public final class Throwables {

    private Throwables() {}

    /**
     * The outermost exception of this type. Not Camel's own search: that takes the innermost, whose message says less.
     *
     * @return null if there is none
     */
    public static <T extends Throwable> T of(Class<T> type, Throwable exception) {
        for (Throwable one = exception; one != null; one = one.getCause()) {
            if (type.isInstance(one)) {
                return type.cast(one);
            }
        }
        return null;
    }
}
