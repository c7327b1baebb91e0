package bench;

import java.util.Properties;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;

/**
 * One job of the bench as a Kafka Streams application, exactly once.
 *
 * <pre>
 * job=copy|count|words|json brokers=HOST:PORT in=TOPIC out=TOPIC application=ID dir=FOLDER
 * [store=rocksdb|memory] [interval_ms=100] [until=end|stopped] [rate=RECORDS_PER_SECOND]
 * </pre>
 *
 * With until=end (the default) it ends, exit code 0, when the input that was there at the start is
 * consumed and committed. With until=stopped it runs until SIGTERM.
 */
final class Main {
  private static final int EXIT_FAILED = 1;

  public static void main(String[] arguments) throws Exception {
    final Options options = new Options(arguments);
    final Properties settings = Settings.of(options);
    final StreamsBuilder builder = new StreamsBuilder();
    add(options.text("job"), builder, options);
    final KafkaStreams streams = new KafkaStreams(builder.build(settings), settings);
    streams.setUncaughtExceptionHandler(failure -> {
      failure.printStackTrace();
      Runtime.getRuntime().halt(EXIT_FAILED);
      return null;
    });
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      streams.close();
      Runtime.getRuntime().halt(0); // after SIGTERM the exit code would be 143
    }));
    if (options.text("until", "end").equals("stopped")) {
      streams.start();
      return; // its threads go on
    }
    try (Progress progress = new Progress(options)) {
      streams.start();
      progress.awaitEnd();
    }
    System.exit(0);
  }

  private static void add(String job, StreamsBuilder builder, Options options) {
    switch (job) {
      case "copy" -> CopyJob.add(builder, options);
      case "count" -> CountJob.add(builder, options);
      case "words" -> WordsJob.add(builder, options);
      case "json" -> JsonJob.add(builder, options);
      default -> throw new IllegalArgumentException("no job " + job);
    }
  }
}
