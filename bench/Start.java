final class Start { static void measure(Setup setup) {} }
