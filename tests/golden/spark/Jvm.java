import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaRDDLike;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.Optional;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.streaming.Duration;
import org.apache.spark.streaming.Durations;
import org.apache.spark.streaming.State;
import org.apache.spark.streaming.StateSpec;
import org.apache.spark.streaming.api.java.JavaDStream;
import org.apache.spark.streaming.api.java.JavaDStreamLike;
import org.apache.spark.streaming.api.java.JavaPairDStream;
import org.apache.spark.streaming.api.java.JavaStreamingContext;
import org.apache.spark.util.ManualClock;
import scala.Tuple2;

/**
 * Cases that Python cannot drive: windows with an inverse (Python has an implementation of its own,
 * with other results), and mapWithState (Python has none).
 */
public final class Jvm {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration SECOND = Durations.seconds(1);

  private final JavaStreamingContext context;
  private final JsonNode inputs;
  private final int batches;
  private final Map<String, Object[]> seen = new LinkedHashMap<>();

  private Jvm(JavaSparkContext spark, String folder, JsonNode inputs, int batches) {
    context = new JavaStreamingContext(spark, SECOND);
    context.checkpoint(folder);
    this.inputs = inputs;
    this.batches = batches;
  }

  /**
   * Runs a case. Inputs are JSON as in the data files; so is what it returns: the outputs, and the
   * error that ended the run, or null.
   */
  public static String run(JavaSparkContext spark, String folder, String name, String inputs,
      int batches) throws Exception {
    Jvm jvm = new Jvm(spark, folder, JSON.readTree(inputs), batches);
    try {
      jvm.build(name);
      String failure = jvm.drive();
      return JSON.writeValueAsString(Arrays.asList(jvm.seen, failure));
    } finally {
      jvm.context.stop(false, false);
    }
  }

  private void build(String name) {
    if (!buildCount(name) && !buildSums(name) && !buildState(name))
      throw new IllegalArgumentException("no case " + name);
  }

  private boolean buildCount(String name) {
    if (name.equals("count_by_window"))
      show("count", numbers().countByWindow(seconds(3), SECOND));
    else if (name.equals("count_by_window_slide"))
      show("count", numbers().countByWindow(seconds(4), seconds(2)));
    else if (name.equals("reduce_by_window_inverse"))
      show("sum", numbers().reduceByWindow(Long::sum, (a, b) -> a - b, seconds(2), SECOND));
    else if (name.equals("group_by_key_and_window"))
      show("groups", pairs().groupByKeyAndWindow(seconds(3), SECOND));
    else if (name.equals("count_by_value_and_window"))
      show("counts", texts().countByValueAndWindow(seconds(3), SECOND));
    else
      return false;
    return true;
  }

  private boolean buildSums(String name) {
    if (name.equals("reduce_by_key_and_window_inverse"))
      show("sums", sums(3, 1));
    else if (name.equals("reduce_by_key_and_window_inverse_slide"))
      show("sums", sums(4, 2));
    else if (name.equals("reduce_by_key_and_window_tumbling"))
      show("sums", sums(2, 2));
    else if (name.equals("reduce_by_key_and_window_gap"))
      show("sums", sums(1, 2));
    else if (name.equals("reduce_by_key_and_window_filter"))
      show("sums", sums(pair -> pair._2 > 0));
    else if (name.equals("reduce_by_key_and_window_zero"))
      show("sums", sums(pair -> pair._2 != 0));
    else
      return false;
    return true;
  }

  private boolean buildState(String name) {
    if (name.equals("map_with_state"))
      totals(StateSpec.function(Jvm::total));
    else if (name.equals("map_with_state_timeout"))
      totals(StateSpec.function(Jvm::total).timeout(seconds(2)));
    else if (name.equals("map_with_state_initial"))
      totals(StateSpec.function(Jvm::total).timeout(seconds(2)).initialState(initial()));
    else if (name.equals("map_with_state_removes"))
      removes();
    else
      return false;
    return true;
  }

  private JavaPairDStream<String, Long> sums(Function<Tuple2<String, Long>, Boolean> keep) {
    return pairs().reduceByKeyAndWindow(Long::sum, (a, b) -> a - b, seconds(3), SECOND, 1, keep);
  }

  private JavaPairDStream<String, Long> sums(int length, int slide) {
    return pairs().reduceByKeyAndWindow(
        Long::sum, (a, b) -> a - b, seconds(length), seconds(slide));
  }

  /** Running totals; what a key that times out had goes out once more, negative. */
  private static Tuple2<String, Long> total(String key, Optional<Long> value, State<Long> state) {
    if (state.isTimingOut())
      return new Tuple2<>(key, -state.get());
    state.update((state.exists() ? state.get() : 0) + value.get());
    return new Tuple2<>(key, state.get());
  }

  private void totals(StateSpec<String, Long, Long, Tuple2<String, Long>> spec) {
    var totals = pairs().mapWithState(spec);
    totals.checkpoint(SECOND); // it is the batches with a checkpoint that look for time-outs
    show("totals", totals);
    show("snapshots", totals.stateSnapshots());
  }

  private JavaPairRDD<String, Long> initial() {
    return context.sparkContext().parallelizePairs(
        List.of(new Tuple2<>("old", 7L), new Tuple2<>("x", 10L)), 1);
  }

  /** A value of 0 removes the key's state; what was there goes out. */
  private void removes() {
    var totals = pairs().mapWithState(
        StateSpec.function((String key, Optional<Long> value, State<Long> state) -> {
          long before = state.exists() ? state.get() : -1;
          if (value.get() == 0) {
            state.remove();
          } else {
            state.update(value.get());
          }
          return new Tuple2<>(key, before);
        }));
    show("before", totals);
    show("snapshots", totals.stateSnapshots());
  }

  private static Duration seconds(int count) { return Durations.seconds(count); }

  private JavaPairDStream<String, Long> pairs() {
    return input().mapToPair(text -> {
      JsonNode pair = JSON.readTree(text);
      return new Tuple2<>(pair.get(0).asText(), pair.get(1).asLong());
    });
  }

  private JavaDStream<Long> numbers() { return input().map(Long::valueOf); }

  private JavaDStream<String> texts() { return input().map(text -> JSON.readTree(text).asText()); }

  /** The elements of the first input as JSON. */
  private JavaDStream<String> input() {
    Queue<JavaRDD<String>> queue = new LinkedList<>();
    for (JsonNode batch : inputs.get("a")) {
      List<String> elements = new ArrayList<>();
      batch.forEach(element -> elements.add(element.toString()));
      queue.add(context.sparkContext().parallelize(elements, 1));
    }
    return context.queueStream(
        queue, true, context.sparkContext().parallelize(List.<String>of(), 1));
  }

  private <T, R extends JavaRDDLike<T, R>> void show(String name, JavaDStreamLike<T, ?, R> stream) {
    Object[] entries = new Object[batches];
    seen.put(name, entries);
    stream.foreachRDD((rdd, time) -> {
      List<Object> elements = new ArrayList<>();
      rdd.collect().forEach(one -> elements.add(plain(one)));
      entries[(int) (time.milliseconds() / 1000) - 1] = elements;
    });
  }

  private static Object plain(Object value) {
    if (value instanceof Tuple2<?, ?> pair)
      return Arrays.asList(plain(pair._1), plain(pair._2));
    if (value instanceof Iterable<?> values) {
      List<Object> list = new ArrayList<>();
      values.forEach(one -> list.add(plain(one)));
      return list;
    }
    return value;
  }

  private String drive() throws InterruptedException {
    List<Long> done = java.util.Collections.synchronizedList(new ArrayList<>());
    context
        .queueStream(new LinkedList<JavaRDD<String>>(), true,
            context.sparkContext().parallelize(List.<String>of(), 1))
        .foreachRDD((rdd, time) -> done.add(time.milliseconds()));
    context.start();
    ManualClock clock = (ManualClock) context.ssc().scheduler().clock();
    for (int batch = 0; batch < batches; ++batch) {
      clock.advance(1000);
      long deadline = System.nanoTime() + 60_000_000_000L;
      while (done.size() <= batch) {
        if (System.nanoTime() > deadline)
          throw new IllegalStateException("batch " + (batch + 1) + " does not end");
        try {
          context.awaitTerminationOrTimeout(5); // throws what failed
        } catch (Exception failed) {
          Throwable cause = failed;
          while (cause.getCause() != null) cause = cause.getCause();
          return "batch " + (batch + 1) + ": " + cause.getMessage().lines().findFirst().orElse("");
        }
      }
    }
    return null;
  }
}
