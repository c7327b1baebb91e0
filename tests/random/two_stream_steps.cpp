// Steps of two streams: joins, unions, look-ups in tables.
#include <lockstep/dstream/table.hpp>

#include "tests/random/catalogue.hpp"

namespace lockstep::random_graphs {
namespace {

using Long = std::int64_t;
using Maybe = std::optional<Long>;

/// Every pair of values of every key, about three of ten elements having the same.
std::int64_t product(std::int64_t in, std::int64_t other) { return std::max(in, in * other / 3); }
std::int64_t sum(std::int64_t in, std::int64_t other) { return in + other; }

Long valueOf(Long value) { return value; }
Long valueOf(const Maybe& value) { return value.value_or(-1); }
template <class A, class B>
Long both(const std::pair<A, B>& values) {
  return mixed(valueOf(values.first), valueOf(values.second));
}

/// A join, called with the other stream and the options of its shuffle.
template <class Join>
Step joins(const std::string& name, Join join) {
  return {.name = name,
          .operators = {name},
          .order = Order::kKept,
          .add =
              [join](Builder& b, const Flow& in, const Flow& other) {
                return join(in.items, other.items, b.shuffle()).mapValues([](const auto& values) {
                  return both(values);
                });
              },
          .two = true,
          .grows = product};
}

/// A topic for a table: a key's last value counts, a null one deletes it.
auto tableOfTopic(Builder& b) {
  const auto topic = "table-" + b.id();
  b.tables[topic] = b.partitions();
  return kafkaTable(b.graph, topic,
                    [](const RecordView& record) {
                      Maybe value;
                      if (record.value) value = std::stoll(std::string(*record.value));
                      return std::pair(std::string(record.key.value_or("none")), value);
                    },
                    {.id = b.id(), .parallelism = b.shards()});
}

}  // namespace

Steps twoStreamSteps() {
  return {
      joins("join", [](const Items& a, const Items& b, const auto& o) { return a.join(b, o); }),
      joins("leftOuterJoin",
            [](const Items& a, const Items& b, const auto& o) { return a.leftOuterJoin(b, o); }),
      joins("rightOuterJoin",
            [](const Items& a, const Items& b, const auto& o) { return a.rightOuterJoin(b, o); }),
      joins("fullOuterJoin",
            [](const Items& a, const Items& b, const auto& o) { return a.fullOuterJoin(b, o); }),
      {.name = "cogroup",
       .operators = {"cogroup"},
       .order = Order::kAnew,
       .add =
           [](Builder& b, const Flow& in, const Flow& other) {
             return in.items.cogroup(other.items, b.shuffle()).mapValues([](const auto& lists) {
               return mixed(mixedAll(lists.first), mixedAll(lists.second));
             });
           },
       .needs_order = true,
       .two = true},
      {.name = "union",
       .operators = {"union", "unite"},
       .order = Order::kLost,
       .add = [](Builder&, const Flow& in,
                 const Flow& other) { return in.items.unite(other.items); },
       .two = true,
       .grows = sum},
      {.name = "union of a list",
       .operators = {"union", "unite"},
       .order = Order::kLost,
       .add =
           [](Builder&, const Flow& in, const Flow& other) {
             return unite({other.items, in.items, other.items});
           },
       .two = true,
       .grows = [](std::int64_t in, std::int64_t other) { return in + 2 * other; }},
      {.name = "transformWith",
       .operators = {"transformWith"},
       .order = Order::kKept,
       .add =
           [](Builder&, const Flow& in, const Flow& other) {
             return in.items.transformWith(other.items, [](const auto& a, const auto& b) {
               return a.join(b).mapValues([](const auto& values) { return both(values); });
             });
           },
       .two = true,
       .grows = product},
  };
}

Steps tableSteps() {
  return {
      {.name = "joinTable",
       .operators = {"joinTable"},
       .add =
           [](Builder& b, const Flow& in, const Flow&) {
             const auto reject = b.random.chance(300);
             if (reject) b.note("dead letters");
             return in.items
                 .joinTable(tableOfTopic(b),
                            {"", reject ? OnMissing::kDeadLetter : OnMissing::kDrop})
                 .mapValues([](const auto& values) { return both(values); });
           },
       .unwindowed = true},
      {.name = "leftJoinTable by another key",
       .operators = {"leftJoinTable"},
       .add =
           [](Builder& b, const Flow& in, const Flow&) {
             return in.items
                 .leftJoinTable(tableOfTopic(b),
                                [](const Item& item) {
                                  return std::string(1, static_cast<char>('a' + item.second % 3));
                                })
                 .mapValues([](const auto& values) { return both(values); });
           },
       .unwindowed = true},
      {.name = "leftJoinTable of a stream",
       .operators = {"leftJoinTable"},
       .add =
           [](Builder& b, const Flow& in, const Flow& other) {
             const auto entries = other.items.map([](const Item& item) {
               return std::pair(item.first, item.second % 7 == 0 ? Maybe() : Maybe(item.second));
             });
             const auto table = toTable(entries, {.id = b.id(), .parallelism = b.shards()});
             return in.items.leftJoinTable(table).mapValues(
                 [](const auto& values) { return both(values); });
           },
       .needs_order = true,
       .two = true},
  };
}

}  // namespace lockstep::random_graphs
