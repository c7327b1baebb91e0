// updateStateByKey and mapWithState.
#include <span>

#include "tests/random/catalogue.hpp"

namespace lockstep::random_graphs {
namespace {

using Long = std::int64_t;
using Maybe = std::optional<Long>;

const std::vector<Item> kInitial{{"old", 7}, {"a", 10}};

Items present(const DStream<std::pair<std::string, Maybe>>& states) {
  return states.mapValues([](const Maybe& state) { return state.value_or(-1); });
}

StateOptions stateOptions(Builder& b) {
  StateOptions options{b.id()};
  if (b.random.chance(500)) options.emit = Emit::kChanged;
  if (b.random.chance(500)) options.visit = Visit::kTouched;
  options.parallelism = b.shards();
  b.note("emit {}, visit {}", options.emit == Emit::kAll ? "all" : "changed",
         options.visit == Visit::kAll ? "all" : "touched");
  return options;
}

Step updates(const std::string& name, std::function<Items(Builder&, const Items&)> add) {
  return {"updateStateByKey " + name,
          {"updateStateByKey"},
          Order::kAnew,
          [add](Builder& b, const Flow& in, const Flow&) { return add(b, in.items); }};
}

/// Adds up; goes when it can be divided by 5, and after idle visits.
Maybe total(std::span<const Long> values, Maybe state) {
  if (values.empty()) return state.value_or(0) > 0 ? Maybe(*state / 2) : Maybe();
  for (const Long value : values) state = added(state.value_or(0), value);
  return *state % 5 == 0 ? Maybe() : state;
}

Steps updateSteps() {
  Steps steps{
      updates("function",
              [](Builder& b, const Items& in) {
                return present(in.updateStateByKey(total, stateOptions(b)));
              }),
      updates("with a context",
              [](Builder& b, const Items& in) {
                const auto text = [](const std::string& key, std::span<const Long> values,
                                     std::optional<std::string> state, TaskContext&) {
                  auto all = state.value_or(key);
                  for (const Long value : values) all += std::to_string(value % 10);
                  return std::optional(
                      all.substr(all.size() - std::min<std::size_t>(all.size(), 9)));
                };
                return in.updateStateByKey(text, stateOptions(b)).mapValues([](const auto& state) {
                  return mixedAll(*state);
                });
              }),
      updates("from initial states",
              [](Builder& b, const Items& in) {
                return present(in.updateStateByKey(total, stateOptions(b), kInitial));
              }),
      updates("sum",
              [](Builder& b, const Items& in) {
                return present(in.updateStateByKey(reduction::Sum{}, stateOptions(b), kInitial));
              }),
      updates("count",
              [](Builder& b, const Items& in) {
                return present(in.updateStateByKey(reduction::Count{}, stateOptions(b)));
              }),
      updates("max",
              [](Builder& b, const Items& in) {
                return present(in.updateStateByKey(reduction::Max{}, stateOptions(b)));
              }),
  };
  steps[1].needs_order = true;
  for (Step& step : steps) step.ticks = true;
  return steps;
}

/// Running sums; what a key that times out had is passed on once more, negative. Nothing for
/// multiples of 4, and a sum that can be divided by 7 goes.
auto sums(Builder& b) {
  auto spec = StateSpec::function([](BatchTime, const std::string& key, Maybe value,
                                     State<Long>& state) -> std::optional<Item> {
    if (state.isTimingOut()) return Item(key, -state.get() - 1);
    const Long sum = added(state.getOption().value_or(0), *value);
    if (sum % 7 == 0)
      state.remove();
    else
      state.update(sum);
    if (sum % 4 == 0) return std::nullopt;
    return Item(key, sum);
  });
  spec.id(b.id());
  if (b.random.chance(600)) {
    const auto after = kInterval * b.random.between(1, 3);
    b.note("times out after {} ms", after.count());
    spec.timeout(after);
  }
  if (b.random.chance(400)) {
    b.note("from initial states");
    spec.initialState(kInitial);
  }
  if (const auto shards = b.shards()) spec.numPartitions(*shards);
  return spec;
}

}  // namespace

Steps stateSteps() {
  Steps steps = updateSteps();
  steps.push_back({.name = "mapWithState",
                   .operators = {"mapWithState"},
                   .order = Order::kKept,
                   .add = [](Builder& b, const Flow& in,
                             const Flow&) { return Items(in.items.mapWithState(sums(b))); },
                   .needs_order = true,
                   .ticks = true});
  steps.push_back(
      {.name = "stateSnapshots",
       .operators = {"mapWithState", "stateSnapshots"},
       .order = Order::kAnew,
       .add = [](Builder& b, const Flow& in,
                 const Flow&) { return Items(in.items.mapWithState(sums(b)).stateSnapshots()); },
       .needs_order = true,
       .ticks = true});
  return steps;
}

}  // namespace lockstep::random_graphs
