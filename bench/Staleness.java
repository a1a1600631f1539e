final class Staleness { static void measure(Setup setup) {} }
