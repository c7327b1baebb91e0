// Steps that look at one element, or move elements about.
#include "tests/random/catalogue.hpp"

namespace lockstep::random_graphs {
namespace {

std::vector<std::int64_t> onceOrTwice(std::int64_t value) {
  if (value % 2 == 0) return {value};
  return {value, -value};
}
std::int64_t twice(std::int64_t in, std::int64_t /*other*/) { return 2 * in; }

Steps mapSteps() {
  return {
      {"map",
       {"map"},
       Order::kKept,
       [](Builder& b, const Flow& in, const Flow&) {
         const auto factor = b.random.between(-2, 3);
         b.note("times {}", factor);
         return in.items.map([factor](const Item& item) {
           return Item(item.first, added(item.second * factor, 1));
         });
       }},
      {"map to other keys",
       {"map"},
       Order::kLost,
       [](Builder&, const Flow& in, const Flow&) {
         return in.items.map([](const Item& item) {
           return Item("k" + std::to_string(item.second % 3), item.second);
         });
       }},
      {"map that rejects",
       {"map"},
       Order::kKept,
       [](Builder& b, const Flow& in, const Flow&) {
         const auto unwanted = b.random.below(5);
         return in.items.map([unwanted](const Item& item) {
           if (item.second % 5 == unwanted) throw std::runtime_error("unwanted");
           return item;
         });
       }},
      {"mapValues",
       {"mapValues"},
       Order::kKept,
       [](Builder&, const Flow& in, const Flow&) {
         return in.items.mapValues([](std::int64_t value) { return mixed(value, 5); });
       }},
      {"keyBy",
       {"keyBy"},
       Order::kKept,
       [](Builder&, const Flow& in, const Flow&) {
         return in.items
             .keyBy([](const Item& item) { return std::string_view(item.first).substr(0, 1); })
             .map([](const std::pair<std::string_view, Item>& keyed) {
               return Item(keyed.second.first + std::string(keyed.first), keyed.second.second);
             });
       }},
      {"filter",
       {"filter"},
       Order::kKept,
       [](Builder& b, const Flow& in, const Flow&) {
         const auto least = b.random.between(-8, 4);
         b.note("from {}", least);
         return in.items.filter([least](const Item& item) { return item.second >= least; });
       }},
  };
}

Steps flatMapSteps() {
  return {
      {.name = "flatMap",
       .operators = {"flatMap"},
       .order = Order::kKept,
       .add =
           [](Builder&, const Flow& in, const Flow&) {
             return in.items.flatMap([](const Item& item) {
               std::vector<Item> all;
               for (const auto value : onceOrTwice(item.second))
                 all.emplace_back(item.first, value);
               return all;
             });
           },
       .grows = twice},
      {.name = "flatMap that emits",
       .operators = {"flatMap"},
       .order = Order::kKept,
       .add =
           [](Builder&, const Flow& in, const Flow&) {
             return in.items.flatMap<Item>([](const Item& item, TaskContext&, auto& emit) {
               for (const auto value : onceOrTwice(item.second)) emit(Item(item.first, value));
             });
           },
       .grows = twice},
      {.name = "flatMapValues",
       .operators = {"flatMapValues"},
       .order = Order::kKept,
       .add = [](Builder&, const Flow& in,
                 const Flow&) { return in.items.flatMapValues(onceOrTwice); },
       .grows = twice},
  };
}

Steps partitionSteps() {
  return {
      {"distinct",
       {"distinct"},
       Order::kLost,
       [](Builder& b, const Flow& in, const Flow&) { return in.items.distinct(b.shuffle()); }},
      {"repartition",
       {"repartition"},
       Order::kLost,
       [](Builder& b, const Flow& in, const Flow&) {
         const auto parts = static_cast<std::uint32_t>(b.random.between(1, 4));
         b.note("{} parts", parts);
         return in.items.repartition(parts);
       }},
      {"branch",
       {"branch"},
       Order::kLost,
       [](Builder&, const Flow& in, const Flow&) {
         const auto [negative, even, odd] =
             in.items.branch([](const Item& item) { return item.second < 0; },
                             [](const Item& item) { return item.second % 2 == 0; },
                             [](const Item&) { return true; });
         return unite({odd, negative, even});
       }},
      {"mapPartitions",
       {"mapPartitions"},
       Order::kKept,
       [](Builder&, const Flow& in, const Flow&) {
         return in.items.mapPartitions([](std::span<const Item> part) {
           std::vector<Item> all(part.begin(), part.end());
           for (Item& item : all) item.second = added(item.second, 2);
           return all;
         });
       }},
      {"glom",
       {"glom"},
       Order::kKept,
       [](Builder& b, const Flow& in, const Flow&) {
         const auto parts =
             in.items.glom().flatMap([](const std::vector<Item>& part) { return part; });
         if (b.random.chance(500)) return parts.transform([](const auto& rdd) { return rdd; });
         b.comparable = false;  // what is rejected behind it takes its partition with it
         return parts;
       }},
  };
}

}  // namespace

Steps elementSteps() {
  Steps all = mapSteps();
  for (const auto& more : {flatMapSteps(), partitionSteps()})
    all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace lockstep::random_graphs
