package verifier;

/** One line per check, one more per finding (the first 20 of a check); the exit code. */
final class Report {
  private static final int SHOWN_MAX = 20;

  private final String check;
  private int findings = 0;

  Report(String check) { this.check = check; }

  void find(String what) {
    if (++findings <= SHOWN_MAX)
      System.out.println("WRONG " + check + ": " + what);
  }

  /** Prints the last line of the check; returns the exit code. */
  int finish(String summary) {
    if (findings == 0)
      System.out.println("ok    " + check + ": " + summary);
    else
      System.out.println("WRONG " + check + ": " + findings + " findings in all; " + summary);
    return findings == 0 ? 0 : 1;
  }
}
