package org.finetunebridge.browser;

import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.StringArray;
import com.sun.jna.Structure;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Chromium as a library, made a program: {@code java Cef FOLDER DATA}. The Chromium Embedded Framework is the one form
 * in which a Chromium is in Maven Central. It needs no display here, and no window is ever made: everything is done
 * through the DevTools, whose address it says on standard error.
 */
public final class Cef {

    private static final List<Object> KEPT = new ArrayList<>();

    private Cef() {}

    /** @param arguments the folder of libcef.so, and one for the browser's data */
    public static void main(String[] arguments) {
        Path folder = Path.of(arguments[0]);
        NativeLibrary cef = NativeLibrary.getInstance(folder.resolve("libcef.so").toString());
        List<String> line = new ArrayList<>(List.of("chromium"));
        line.addAll(Chromium.FLAGS);
        var settings = new Settings();
        settings.subprocess.set(folder.resolve("jcef_helper").toString());
        settings.resources.set(folder.toString());
        settings.locales.set(folder.resolve("locales").toString());
        settings.root.set(arguments[1]);
        settings.cache.set(arguments[1]);
        settings.size = settings.size();
        settings.write();
        var main = new Line(line);
        main.write();
        int begun = cef.getFunction("cef_initialize").invokeInt(new Object[] {main.getPointer(), settings.getPointer(),
            Pointer.NULL, Pointer.NULL});
        if (begun == 1) {
            cef.getFunction("cef_run_message_loop").invokeVoid(new Object[0]);
        }
    }

    /** {@code cef_main_args_t}. */
    @Structure.FieldOrder({"count", "words"})
    public static final class Line extends Structure {
        public int count;
        public Pointer words;

        Line(List<String> line) {
            var array = new StringArray(line.toArray(String[]::new));
            KEPT.add(array);
            count = line.size();
            words = array;
        }
    }

    /** {@code cef_string_t}: UTF-16. */
    @Structure.FieldOrder({"text", "length", "destructor"})
    public static final class Text extends Structure {
        public Pointer text;
        public long length;
        public Pointer destructor;

        void set(String value) {
            var state = new Memory(2L * value.length() + 2);
            state.clear();
            for (int i = 0; i < value.length(); i++) {
                state.setShort(2L * i, (short) value.charAt(i));
            }
            KEPT.add(state);
            text = state;
            length = value.length();
        }
    }

    /** {@code cef_settings_t} as CEF 127 has it; another version may have it otherwise. */
    @Structure.FieldOrder({"size", "noSandbox", "subprocess", "framework", "bundle", "chrome", "threaded", "pump",
        "windowless", "noArguments", "cache", "root", "keepSession", "keepPreferences", "agent", "product", "locale",
        "logFile", "logSeverity", "logItems", "javascript", "resources", "locales", "noPacks", "port", "stacks",
        "background", "languages", "schemes", "noSchemes", "policy", "icon"})
    public static final class Settings extends Structure {
        public long size;
        public int noSandbox = 1;
        public Text subprocess = new Text();
        public Text framework = new Text();
        public Text bundle = new Text();
        public int chrome = 1;
        public int threaded;
        public int pump;
        public int windowless;
        public int noArguments;
        public Text cache = new Text();
        public Text root = new Text();
        public int keepSession;
        public int keepPreferences;
        public Text agent = new Text();
        public Text product = new Text();
        public Text locale = new Text();
        public Text logFile = new Text();
        public int logSeverity;
        public int logItems;
        public Text javascript = new Text();
        public Text resources = new Text();
        public Text locales = new Text();
        public int noPacks;
        public int port;
        public int stacks;
        public int background;
        public Text languages = new Text();
        public Text schemes = new Text();
        public int noSchemes;
        public Text policy = new Text();
        public int icon;
    }
}
