#include "tests/golden/spark/replay.hpp"

#include <algorithm>

#include "tests/support/catch.hpp"

namespace lockstep::golden {
namespace {

/// Keys in any order, what one key has in its own: as the files are written.
Json byKey(Json elements) {
  if (!elements.is_array()) return elements;
  std::stable_sort(elements.begin(), elements.end(), [](const Json& a, const Json& b) {
    return (a.is_array() ? a.at(0) : a) < (b.is_array() ? b.at(0) : b);
  });
  return elements;
}

test::InputRecord toRecord(const Json& element) {
  const Json& value = element.is_array() ? element.at(1) : element;
  std::optional<std::string> text;
  if (!value.is_null()) text = value.is_string() ? value.get<std::string>() : value.dump();
  if (!element.is_array()) return {std::nullopt, std::move(text)};
  return {element.at(0).get<std::string>(), std::move(text)};
}

}  // namespace

void Replay::feed(std::size_t batch) {
  for (const auto& [name, batches] : data_.at("inputs").items()) {
    if (batch >= batches.size()) continue;
    for (int i = 0; i < partitions_; ++i) {
      const Json& elements = partitions_ == 1 ? batches[batch] : batches[batch].at(i);
      for (const Json& element : elements)
        runner_.input.append({name, Partition{i}}, toRecord(element));
    }
  }
}

void Replay::run() {
  Json expected = data_.at("spark");
  if (data_.contains("lockstep")) expected.update(data_.at("lockstep"));
  const auto batches = expected.front().size();
  runner_.prepare(1);
  for (auto& [name, shown] : shown_) shown = Json(batches, Json());
  auto closed = test::at(0);
  for (std::size_t batch = 0; batch < batches; ++batch) {
    feed(batch);
    BatchPlan plan = runner_.plan();
    plan.closed_before = std::exchange(closed, plan.time);
    for (const SideEffect& effect : runner_.batch(plan).side_effects) REQUIRE(effect.run().ok());
  }
  const bool any_order = data_.at("any_order").get<bool>();
  for (const auto& [name, entries] : expected.items()) {
    REQUIRE(shown_.contains(name));
    for (std::size_t batch = 0; batch < batches; ++batch) {
      INFO("output " << name << ", batch " << batch + 1);
      const Json& came = shown_.at(name)[batch];
      CHECK((any_order ? byKey(came) : came).dump() ==
            (any_order ? byKey(entries[batch]) : entries[batch]).dump());
    }
  }
}

std::string Replay::refusal() const { return runner_.graph->check().toString(); }

}  // namespace lockstep::golden
