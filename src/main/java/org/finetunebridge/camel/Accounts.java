package org.finetunebridge.camel;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The accounts that are read, by name, in the order of the configuration. Filled before anything is read. */
public final class Accounts {

    private final Map<String, Account> rows = new LinkedHashMap<>();

    /** Adds a row; before anything is read. */
    public void add(Account account) {
        rows.put(account.name(), account);
    }

    /** The account of this name; null if none is read. */
    public Account find(String name) {
        return rows.get(name);
    }

    /**
     * The account of this name.
     *
     * @throws IllegalArgumentException if none is read
     */
    public Account of(String name) {
        Account account = rows.get(name);
        if (account == null) {
            throw new IllegalArgumentException("no account " + name + " is read");
        }
        return account;
    }

    /** All of them. */
    public List<Account> all() {
        return List.copyOf(rows.values());
    }
}
