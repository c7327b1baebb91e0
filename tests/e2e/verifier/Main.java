package verifier;

/** The verbs. Exit codes: 0 ok, 1 findings, 64 usage, 70 anything else. */
public final class Main {
  public static void main(String[] arguments) {
    int code;
    try {
      if (arguments.length == 0) throw new Options.UsageError("a verb is missing");
      code = run(arguments[0], new Options(arguments));
    } catch (Options.UsageError error) {
      System.err.println("verifier: " + error.getMessage() + "; see tests/e2e/verifier/README.md");
      code = 64;
    } catch (Exception failure) {
      failure.printStackTrace();
      code = 70;
    }
    System.out.flush();
    System.exit(code);
  }

  private static int run(String verb, Options options) throws Exception {
    return switch (verb) {
      case "produce" -> new Produce(options).run();
      case "read" -> Read.follow(options);
      case "verify-seen" -> Read.verifySeen(options);
      case "verify-copy" -> VerifyCopy.run(options);
      case "verify-count" -> VerifyCount.run(options);
      case "verify-offsets" -> VerifyOffsets.run(options);
      case "verify-ledger" -> VerifyLedger.run(options);
      case "forge-copy" -> Forge.copy(options);
      case "forge-count" -> Forge.count(options);
      case "forge-offsets" -> Forge.offsets(options);
      case "forge-ledger" -> Forge.ledger(options);
      default -> throw new Options.UsageError("unknown verb '" + verb + "'");
    };
  }
}
