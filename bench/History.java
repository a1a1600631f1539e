final class History { static void measure(Setup setup) {} }
