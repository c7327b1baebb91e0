package verifier;

import java.util.Scanner;

/** The verbs. Exit codes: 0 ok, 1 findings, 64 usage, 70 anything else. */
public final class Main {
  public static void main(String[] arguments) {
    final boolean serves = arguments.length > 0 && arguments[0].equals("serve");
    final int code = serves ? serve() : call(arguments);
    System.out.flush();
    System.exit(code);
  }

  /** Many calls in one process: one a line, a line "exit CODE" behind what each prints. */
  private static int serve() {
    System.setErr(System.out);
    for (final Scanner calls = new Scanner(System.in); calls.hasNextLine();) {
      final int code = call(calls.nextLine().split(" "));
      System.out.println("exit " + code);
      System.out.flush();
    }
    return 0;
  }

  private static int call(String[] arguments) {
    try {
      if (arguments.length == 0)
        throw new Options.UsageError("a verb is missing");
      return run(arguments[0], new Options(arguments));
    } catch (Options.UsageError error) {
      System.err.println("verifier: " + error.getMessage() + "; see tests/e2e/verifier/README.md");
      return 64;
    } catch (Exception failure) {
      failure.printStackTrace();
      return 70;
    }
  }

  private static int run(String verb, Options options) throws Exception {
    switch (verb) {
      case "produce":
        return new Produce(options).run();
      case "read":
        return Read.follow(options);
      case "verify-seen":
        return Read.verifySeen(options);
      case "verify-copy":
        return VerifyCopy.run(options);
      case "verify-count":
        return VerifyCount.run(options);
      case "verify-visits":
        return VerifyVisits.run(options);
      case "verify-windows":
        return VerifyWindows.run(options);
      case "verify-join":
        return VerifyJoin.run(options);
      case "verify-table":
        return VerifyTable.run(options);
      case "verify-sessions":
        return VerifySessions.run(options);
      case "verify-accumulator":
        return VerifyAccumulator.run(options);
      case "verify-state":
        return VerifyState.run(options);
      case "verify-offsets":
        return VerifyOffsets.run(options);
      case "verify-ledger":
        return VerifyLedger.run(options);
      case "forge-copy":
        return Forge.copy(options);
      case "forge-count":
        return Forge.count(options);
      case "forge-visits":
        return ForgeKeyed.visits(options);
      case "forge-state":
        return ForgeKeyed.state(options);
      case "forge-timed":
        return ForgeTimed.world(options);
      case "forge-tables":
        return ForgeTables.world(options);
      case "forge-accumulators":
        return ForgeAccumulators.world(options);
      case "forge-offsets":
        return Forge.offsets(options);
      case "forge-ledger":
        return Forge.ledger(options);
      default:
        throw new Options.UsageError("unknown verb '" + verb + "'");
    }
  }
}
