final class Steady { static void measure(Setup setup) {} }
