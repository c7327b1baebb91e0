package bench;

import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * One job of the bench as a Flink job in one JVM (MiniCluster), exactly once.
 *
 * <pre>
 * job=copy|count|words|json brokers=HOST:PORT in=TOPIC out=TOPIC application=ID dir=FOLDER
 * [store=heap|rocksdb] [interval_ms=100] [until=end|stopped] [rate=RECORDS_PER_SECOND]
 * </pre>
 *
 * With until=end (the default) it ends, exit code 0, when the input that was there at the start is
 * consumed and committed. With until=stopped it runs until SIGTERM. It goes on from the newest
 * checkpoint of `dir`, if there is one.
 */
final class Main {
  public static void main(String[] arguments) throws Exception {
    final Options options = new Options(arguments);
    final StreamExecutionEnvironment environment =
        StreamExecutionEnvironment.createLocalEnvironment(1, Settings.of(options));
    add(options.text("job"), environment, options);
    // After SIGTERM the exit code would be 143. What is not committed, the next start aborts.
    Runtime.getRuntime().addShutdownHook(new Thread(() -> Runtime.getRuntime().halt(0)));
    try {
      environment.execute(options.text("application"));
    } catch (Exception failure) {
      failure.printStackTrace();
      Runtime.getRuntime().halt(1);
    }
    System.exit(0);
  }

  private static void add(String job, StreamExecutionEnvironment environment, Options options)
      throws Exception {
    switch (job) {
      case "copy" -> CopyJob.add(environment, options);
      case "count" -> CountJob.add(environment, options);
      case "words" -> WordsJob.add(environment, options);
      case "json" -> JsonJob.add(environment, options);
      default -> throw new IllegalArgumentException("no job " + job);
    }
  }
}
