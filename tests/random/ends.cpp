// What graphs begin and end with: inputs and outputs.
#include <algorithm>

#include <lockstep/dstream/direct_kafka_input.hpp>
#include <lockstep/dstream/kafka_output.hpp>
#include <lockstep/dstream/record_builder.hpp>
#include <lockstep/dstream/remember.hpp>

#include "tests/random/catalogue.hpp"

namespace lockstep::random_graphs {
namespace {

using Long = std::int64_t;

/// Null keys and values have a meaning of their own; text that is no number is rejected.
Item itemOf(const RecordView& record) {
  const auto value = record.value ? std::stoll(std::string(*record.value)) : Long{0};
  return {std::string(record.key.value_or("none")), value};
}

Items countedWindows(Builder& b, const std::vector<std::string>& topics) {
  b.comparable = false;  // the watermark is the minimum over partitions
  b.clocks = true;
  return directKafkaInput(b.graph, topics)
      .withWatermark({.id = b.id(), .delay = kInterval, .idle_after = 2 * kInterval})
      .map(itemOf)
      .eventWindow(EventWindow::tumbling(kInterval), {.id = b.id() + "-window"})
      .countByKey()
      .map([](const auto& counted) { return Item(counted.first, counted.second.value); });
}

std::string topicOf(Builder& b, int number, std::int32_t partitions) {
  auto topic = "out-" + std::to_string(number);
  b.written[topic] = partitions;
  return topic;
}

/// Numbers in hexadecimal, and what else a record can have.
auto richRecords(std::int32_t partitions) {
  return toRecord<Item>()
      .partition([partitions](const Item& item) {
        return static_cast<Long>(item.first.size()) % partitions;
      })
      .headers([](const Item& item, HeaderList& headers) {
        headers.add("sign", item.second < 0 ? "negative" : "positive");
        if (item.second % 3 == 0) headers.add("three", std::nullopt);
      });
}

std::vector<Item> inSomeOrder(std::vector<Item> items) {
  std::sort(items.begin(), items.end());
  return items;
}

/// Where slice() still knows the batch before, it gives what was brought for that one.
void sliceBesideEffects(Builder& b, const Flow& flow, int number) {
  const auto slide = flow.slide.count() == 0 ? kInterval : flow.slide;
  static_cast<void>(remember(flow.items, 5 * slide));
  const std::weak_ptr graph(b.graph);  // the function is part of it
  flow.items.foreachRDD([effects = b.effects, graph, &stream = flow.items.rdd(), number, slide](
                            const auto& rdd, BatchTime time) {
    effects->record(number, time, rdd.collect());
    const auto at = time - slide;
    const auto before = effects->seen.find({number, at});
    try {
      const auto slice = Items(graph.lock(), stream).slice(at, at);
      if (slice.empty() || before == effects->seen.end()) return;
      // Two readers of a union may each see its streams in another order.
      if (inSomeOrder(slice.front()->elements) == inSomeOrder(before->second)) return;
      effects->mistakes.push_back(fmt::format(
          "output {}: of {} elements at {} a slice gives {}", number, before->second.size(),
          at.time_since_epoch().count(), slice.front()->elements.size()));
    } catch (const Error&) {
      return;  // E072: an earlier process committed it
    }
  });
}

}  // namespace

const std::vector<Source>& sources() {
  static const std::vector<Source> kSources{
      {"input",
       {},
       [](Builder& b, const std::vector<std::string>& topics) {
         return directKafkaInput(b.graph, topics).map(itemOf);
       }},
      {"input of views",
       {},
       [](Builder& b, const std::vector<std::string>& topics) {
         return directKafkaInput(b.graph, topics)
             .map([](const RecordView& record) {
               return std::pair(record.key.value_or("none"), itemOf(record).second);
             })
             .filter([](const std::pair<std::string_view, Long>& pair) {
               return pair.first != "d" || pair.second < 5;
             })
             .map([](const std::pair<std::string_view, Long>& pair) {
               return Item(pair.first, pair.second);
             });
       }},
      {"withWatermark", {"withWatermark", "eventWindow"}, countedWindows, Order::kAnew},
  };
  return kSources;
}

const std::vector<Output>& outputs() {
  static const std::vector<Output> kOutputs{
      {"kafka",
       {},
       [](Builder& b, const Flow& flow, int number) {
         kafkaOutput(flow.items, {.topic = topicOf(b, number, 1)});
       }},
      {"kafka with partitions and headers",
       {},
       [](Builder& b, const Flow& flow, int number) {
         kafkaOutput(flow.items, {.topic = topicOf(b, number, 3)}, richRecords(3));
       }},
      {"kafka by topic",
       {},
       [](Builder& b, const Flow& flow, int number) {
         const auto prefix = topicOf(b, number, 1) + "-";
         for (const auto* name : {"a", "other"}) b.written[prefix + name] = 1;
         kafkaOutput(flow.items, {.topic_prefix = prefix},
                     toRecord<Item>().topic([](const Item& item) {
                       return item.first == "a" ? "a" : item.first == "b" ? "none" : "other";
                     }));
       }},
      {"foreachRDD",
       {"foreachRDD"},
       [](Builder& b, const Flow& flow, int number) {
         flow.items.foreachRDD([effects = b.effects, number](const auto& rdd, BatchTime time) {
           effects->record(number, time, rdd.collect());
         });
       }},
      {"foreachRDD and slice", {"foreachRDD", "slice"}, sliceBesideEffects},
  };
  return kOutputs;
}

const std::vector<LeftOut>& leftOut() {
  static const std::vector<LeftOut> kLeftOut{
      {"project", "in C++ it is a map; in files examples_chaos and golden_chaos have it"},
      {"print", "comes after the commit and may be missing after a crash, as documented"},
      {"saveAsTextFiles", "writes to a real folder: tests/e2e kills it there"},
      {"saveAsObjectFiles", "as saveAsTextFiles"},
      {"graph", "no operator"},
      {"rdd", "no operator"},
      {"timed", "no operator"},
      {"byKey", "what the folds of a window are made of"},
  };
  return kLeftOut;
}

const Steps& catalogue() {
  static const Steps kSteps = [] {
    Steps all;
    for (const auto& part :
         {elementSteps(), foldSteps(), twoStreamSteps(), tableSteps(), windowSteps(), stateSteps(),
          eventTimeSteps(), processSteps(), wholeBatchSteps()})
      all.insert(all.end(), part.begin(), part.end());
    return all;
  }();
  return kSteps;
}

}  // namespace lockstep::random_graphs
