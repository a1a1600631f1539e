package org.finetunebridge.provider;

import java.util.Locale;

/** What a failed request means, and so what is done about it. The words of the error tables, in lower case there. */
public enum ErrorAction {
    /** Wait and try again; never a dead letter. */
    TRANSIENT,
    /** As {@link #TRANSIENT}, and the whole source waits: the limit is one of the account, whose key all requests share. */
    THROTTLED,
    /** This job can not be read: it is suspended, dead-lettered once, and read again slowly. */
    JOB,
    /** The account can not be read: set the source aside in the same way. */
    SOURCE,
    /** An answer that makes no sense: try again, and after a few in a row treat it as {@link #JOB}. */
    ODD;

    /** @throws IllegalArgumentException if there is no such word */
    static ErrorAction of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
