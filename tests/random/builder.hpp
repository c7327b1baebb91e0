#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <lockstep/dstream/dstream.hpp>

#include "src/simulation/prng.hpp"

/// tests/random: graphs drawn from a seed, of every operator there is, under faults and at another
/// parallelism (docs/simulator.md). All in one thread, but for the workers of undisturbed runs.
///
///   builder     what steps are made with     catalogue   the steps (*_steps.cpp), inputs, outputs
///   generator   a graph from its seed        subject     its records, and what it has committed
///   judge       compares runs of one graph   random_main, random_test
namespace lockstep::random_graphs {

/// What every stream of a drawn graph has, so that any step can follow any other.
using Item = std::pair<std::string, std::int64_t>;
using Items = DStream<Item>;

inline constexpr std::chrono::milliseconds kInterval{1'000};

/// A stream of a drawn graph.
struct Flow {
  Items items;
  std::chrono::milliseconds slide{0};  ///< zero: it has elements in every batch
  /// Each key's elements have one order, whatever the parallelism is.
  bool ordered = true;
  std::int64_t size = 10;  ///< about how many elements a batch has
  bool ticks = false;      ///< ticks without records may bring it some
};

/// What effects outside of Kafka have brought: by output and batch time, the elements.
struct Effects {
  std::map<std::pair<int, BatchTime>, std::vector<Item>> seen;
  std::vector<std::string> mistakes;  ///< calls that brought something else than the first did

  void record(int output, BatchTime time, const std::vector<Item>& items) {
    const auto [entry, fresh] = seen.try_emplace({output, time}, items);
    if (!fresh && entry->second != items)
      mistakes.push_back(fmt::format("output {} at {} came again with other elements", output,
                                     time.time_since_epoch().count()));
  }
};

/// What a graph is made with: random numbers, ids, topics. The same seed draws the same graph, also
/// in a variant: that has other numbers of partitions and shards.
class Builder {
 public:
  Builder(std::uint64_t seed, std::uint32_t variant, std::shared_ptr<Effects> seen)
      : random(seed, 11), effects(std::move(seen)), variant_(variant) {}

  /// For the step at hand.
  [[nodiscard]] std::string id() const { return "s" + std::to_string(steps); }
  [[nodiscard]] std::optional<std::uint32_t> shards() {
    const auto drawn = static_cast<std::uint32_t>(random.below(8));
    if (drawn < 4) return std::nullopt;
    return 1 + (drawn + variant_) % 4;
  }
  [[nodiscard]] ShuffleOptions shuffle() { return {"", shards()}; }

  /// A window over `flow` for the step at hand, whose stream has its slide.
  struct Window {
    std::chrono::milliseconds length;
    std::chrono::milliseconds slide;
  };
  [[nodiscard]] Window window(const Flow& flow) {
    const auto unit = flow.slide.count() == 0 ? kInterval : flow.slide;
    const Window drawn{unit * random.between(1, 4), unit * random.between(1, 3)};
    slide = drawn.slide;
    size = flow.size * (drawn.length / unit);
    note("{} ms every {} ms", drawn.length.count(), drawn.slide.count());
    return drawn;
  }

  /// Partitions of a topic that is fed.
  [[nodiscard]] std::int32_t partitions() {
    return 1 + static_cast<std::int32_t>((random.below(3) + variant_) % 4);
  }

  /// Says in the graph's text how the step at hand was drawn.
  template <class... Args>
  void note(fmt::format_string<Args...> text, Args&&... args) {
    if (!notes.empty()) notes += ", ";
    notes += fmt::format(text, std::forward<Args>(args)...);
  }

  sim::Prng random;
  std::shared_ptr<DStreamGraph> graph = std::make_shared<DStreamGraph>();
  std::shared_ptr<Effects> effects;
  std::map<std::string, std::int32_t> fed;      ///< topics of inputs, and their partitions
  std::map<std::string, std::int32_t> tables;   ///< topics of tables
  std::map<std::string, std::int32_t> written;  ///< topics of outputs
  /// Whether other numbers of partitions and shards have to give the same.
  bool comparable = true;
  bool clocks = false;  ///< it has watermarks

  // Of the step at hand.
  int steps = 0;
  std::optional<std::chrono::milliseconds> slide;
  std::optional<std::int64_t> size;
  std::string notes;

 private:
  const std::uint32_t variant_;
};

}  // namespace lockstep::random_graphs
