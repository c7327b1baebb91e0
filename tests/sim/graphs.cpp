#include "tests/sim/graphs.hpp"

#include <charconv>
#include <functional>

#include <lockstep/base/check.hpp>
#include <lockstep/dstream/direct_kafka_input.hpp>
#include <lockstep/dstream/dstream.hpp>
#include <lockstep/dstream/kafka_output.hpp>
#include <lockstep/model/record_error.hpp>

#include "tests/sim/accumulated.hpp"
#include "tests/sim/event_time.hpp"
#include "tests/sim/input_history.hpp"
#include "tests/sim/mutants.hpp"
#include "tests/sim/received.hpp"
#include "tests/sim/tables.hpp"

namespace lockstep::sim {
namespace {

using Amounts = DStream<std::pair<std::string, std::int64_t>>;

Amounts amounts(const DStream<RecordView>& input) {
  return input.map([](const RecordView& record) {
    return std::pair<std::string, std::int64_t>(std::string(record.key.value_or("")),
                                                amountOf(*record.value));
  });
}

void wordCount(const DStream<RecordView>& input, Emit emit) {
  kafkaOutput(amounts(input).updateStateByKey(reduction::Sum{}, {.id = kStateId, .emit = emit}),
              {.topic = kOutputTopic, .step = {}});
}

/// State: sum * 10 + visits since the last record, at most kVisitsMax.
void idleVisits(const DStream<RecordView>& input) {
  const auto update = [](std::span<const std::int64_t> values,
                         std::optional<std::int64_t> state) -> std::optional<std::int64_t> {
    std::int64_t sum = state.value_or(0) / 10;
    std::int64_t visits = state.value_or(0) % 10;
    if (values.empty()) return sum * 10 + std::min(visits + 1, kVisitsMax);
    for (const auto value : values) sum += value;
    return sum * 10;
  };
  kafkaOutput(amounts(input).updateStateByKey(update, {.id = kStateId, .emit = Emit::kChanged}),
              {.topic = kOutputTopic, .step = {}});
}

/// State: the sum since the key came; it passes on when it comes, and with its sum when it goes.
void timeOuts(const DStream<RecordView>& input, std::chrono::milliseconds timeout) {
  using Out = std::optional<std::pair<std::string, std::int64_t>>;
  const auto add = [](const std::string& key, std::optional<std::int64_t> amount,
                      State<std::int64_t>& sum) -> Out {
    if (sum.isTimingOut()) return std::pair{key, sum.get()};
    const bool came = !sum.exists();
    sum.update(sum.getOption().value_or(0) + *amount);
    return came ? Out(std::pair{key, kCame}) : std::nullopt;
  };
  kafkaOutput(amounts(input).mapWithState(StateSpec::function(add).id(kStateId).timeout(timeout)),
              {.topic = kOutputTopic, .step = {}});
}

/// The sum of each key's window: with an inverse, or folded from panes, which gives the same.
void windows(const DStream<RecordView>& input, const WindowOf& window, bool inverse) {
  const auto& [length, slide] = window;
  const WindowOptions options{.id = kStateId, .drop_empty = inverse};
  const auto sums =
      inverse ? amounts(input).reduceByKeyAndWindow(std::plus<>(), std::minus<>(), length, slide,
                                                    options)
              : amounts(input).reduceByKeyAndWindow(std::plus<>(), length, slide, options);
  kafkaOutput(sums, {.topic = kOutputTopic, .step = {}});
}

void deadLetters(const DStream<RecordView>& input) {
  const auto refuse = [](const RecordView& record) {
    if (record.value->starts_with("bad")) throw RecordError(RecordErrorKind::kEval, "bad record");
    return record;
  };
  kafkaOutput(input.map(refuse), {.topic = kOutputTopic, .step = {}});
}

void plan(const DStream<RecordView>& input, const std::function<void(Effect)>& on_effect) {
  kafkaOutput(input, {.topic = kOutputTopic, .step = {}});
  input.foreachRDD([on_effect](const CollectedRdd<RecordView>& rdd, BatchTime time) {
    Effect effect{rdd.offsetRanges(), time, {}};
    for (const auto& record : rdd.collect()) effect.values.push_back(record.value.value_or(""));
    on_effect(std::move(effect));
  });
}

DStream<std::pair<std::string_view, std::string_view>> values(const DStream<RecordView>& input) {
  return input.map(
      [](const RecordView& record) { return std::pair(record.key.value_or(""), *record.value); });
}

/// The values of a key in one record.
void groups(const DStream<RecordView>& input) {
  const auto joined = [](const std::vector<std::string_view>& group) {
    std::string text;
    for (const auto value : group) text += (text.empty() ? "" : " ") + std::string(value);
    return text;
  };
  kafkaOutput(values(input).groupByKey().mapValues(joined), {.topic = kOutputTopic, .step = {}});
}

/// Both sides overlap: keys have pairs, and records without a partner on either side.
void joined(const DStream<RecordView>& input) {
  using Side = std::optional<std::string_view>;
  const auto all = values(input);
  const auto left = all.filter([](const auto& pair) { return amountOf(pair.second) <= kLeftMax; });
  const auto right =
      all.filter([](const auto& pair) { return amountOf(pair.second) >= kRightMin; });
  const auto text = [](const std::pair<Side, Side>& both) {
    return std::string(both.first.value_or(kNoPartner)) + " " +
           std::string(both.second.value_or(kNoPartner));
  };
  kafkaOutput(left.fullOuterJoin(right).mapValues(text), {.topic = kOutputTopic, .step = {}});
}

void oneInput(const DStream<RecordView>& input, const Options& options,
              const std::function<void(Effect)>& on_effect) {
  switch (options.graph) {
    case Graph::kWordCount:
      wordCount(input, Emit::kChanged);
      break;
    case Graph::kEveryKey:
      wordCount(input, options.mutant == Mutant::kEmitOnlyChanged ? Emit::kChanged : Emit::kAll);
      break;
    case Graph::kIdleVisits:
      idleVisits(input);
      break;
    case Graph::kTimeOuts:
      timeOuts(input, timeOutOf(options));
      break;
    case Graph::kWindows:
      windows(input, windowOf(options), options.seed % 2 == 0);
      break;
    case Graph::kEventTime:
      eventTimeGraph(input, options);
      break;
    case Graph::kDeadLetters:
      deadLetters(input);
      break;
    case Graph::kPlan:
      plan(input, on_effect);
      break;
    case Graph::kGroups:
      groups(input);
      break;
    case Graph::kJoined:
      joined(input);
      break;
    case Graph::kCopy:
    case Graph::kTable:
    case Graph::kReceived:
    case Graph::kAccumulated:
    case Graph::kCount:
      kafkaOutput(input, {.topic = kOutputTopic, .step = {}});
  }
}

}  // namespace

std::chrono::milliseconds timeOutOf(const Options& options) { return 2 * options.interval; }

WindowOf windowOf(const Options& options) {
  return {5 * options.interval, static_cast<int>(1 + options.seed % 3) * options.interval};
}

std::int64_t amountOf(std::string_view value) {
  const auto colon = value.rfind(':');
  std::int64_t amount = 0;
  std::from_chars(value.data() + colon + 1, value.data() + value.size(), amount);
  return amount;
}

std::string stateIdOf(const Options& options) {
  return options.graph == Graph::kAccumulated ? std::string(Accumulators::kStateId) : kStateId;
}

std::shared_ptr<DStreamGraph> makeGraph(const Options& options,
                                        std::function<void(Effect)> on_effect) {
  auto graph = std::make_shared<DStreamGraph>();
  if (options.graph == Graph::kTable) {
    tableGraph(graph, options);
  } else if (options.graph == Graph::kReceived) {
    receivedGraph(graph, options);
  } else {
    const auto input = options.pattern ? kafkaPatternInput(graph, inputPattern())
                                       : directKafkaInput(graph, inputTopics(options));
    if (options.graph == Graph::kAccumulated) {
      accumulatedGraph(*graph, input, options, on_effect);
    } else {
      oneInput(input, options, on_effect);
    }
  }
  const auto status = graph->prepare({static_cast<std::uint32_t>(options.shards), {}});
  LOCKSTEP_CHECK(status.ok(), status.toString());
  return graph;
}

}  // namespace lockstep::sim
