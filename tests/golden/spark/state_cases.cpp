// updateStateByKey and mapWithState.
#include <numeric>
#include <span>
#include <vector>

#include <lockstep/dstream/dstream.hpp>

#include "tests/golden/spark/replay.hpp"

namespace lockstep::golden {
namespace {

using Long = std::int64_t;
using State = std::optional<Long>;
using Values = std::span<const Long>;
using Total = std::pair<std::string, Long>;
using std::chrono::seconds;

Long total(Values values, State state) {
  return std::accumulate(values.begin(), values.end(), state.value_or(0));
}
constexpr auto kUntilIdle = [](Values values, State state) -> State {
  return values.empty() ? State() : State(total(values, state));
};
const std::vector<Total> kInitial{{"old", 7}, {"x", 10}};
constexpr auto kTotal = [](Values values, State state) -> State { return total(values, state); };

/// Running totals; what a key that times out had is passed on once more, negative.
auto totals() {
  return StateSpec::function(
      [](std::string_view key, std::optional<Long> value, lockstep::State<Long>& state) {
        if (state.isTimingOut()) return Total{key, -state.get()};
        state.update(state.getOption().value_or(0) + *value);
        return Total{key, state.get()};
      });
}
template <class Spec>
void showTotals(Replay& r, Spec spec) {
  const auto stream = r.pairs().mapWithState(spec.id("totals"));
  r.show("totals", stream);
  r.show("snapshots", stream.stateSnapshots());
}

Cases mapCases() {
  return {
      {"map_with_state", [](Replay& r) { showTotals(r, totals()); }},
      {"map_with_state_timeout", [](Replay& r) { showTotals(r, totals().timeout(seconds(2))); }},
      {"map_with_state_initial",
       [](Replay& r) {
         showTotals(r, totals().timeout(seconds(2)).initialState({{"old", 7}, {"x", 10}}));
       }},
      {"map_with_state_removes",
       [](Replay& r) {
         const auto before = r.pairs().mapWithState(
             StateSpec::function([](std::string_view key, std::optional<Long> value,
                                    lockstep::State<Long>& state) {
               const Total result{key, state.getOption().value_or(-1)};
               if (*value == 0)
                 state.remove();
               else
                 state.update(*value);
               return result;
             }).id("before"));
         r.show("before", before);
         r.show("snapshots", before.stateSnapshots());
       }},
  };
}

Cases updateCases() {
  return {
      {"update_state",
       [](Replay& r) { r.show("totals", r.pairs().updateStateByKey(kTotal, {.id = "totals"})); }},
      {"update_state_visits",
       [](Replay& r) {
         const auto calls = [](Values values, std::optional<std::string> state) {
           const int before = std::stoi(state.value_or("0"));
           return std::optional(std::to_string(before + 1) + " " + std::to_string(values.size()));
         };
         r.show("calls", r.pairs().updateStateByKey(calls, {.id = "calls"}));
       }},
      {"update_state_removes",
       [](Replay& r) {
         r.show("totals", r.pairs().updateStateByKey(kUntilIdle, {.id = "totals"}));
       }},
      {"update_state_never",
       [](Replay& r) {
         const auto never = [](Values values, State state) -> State {
           return !state && values[0] < 0 ? State() : State(total(values, state));
         };
         r.show("totals", r.pairs().updateStateByKey(never, {.id = "totals"}));
       }},
      {"update_state_initial",
       [](Replay& r) {
         r.show("totals", r.pairs().updateStateByKey(kTotal, {.id = "totals"}, kInitial));
       }},
      {"update_state_initial_removes",
       [](Replay& r) {
         r.show("totals", r.pairs().updateStateByKey(kUntilIdle, {.id = "totals"}, kInitial));
       }},
      {"update_state_of_nulls",
       [](Replay& r) {
         const auto sizes = [](std::span<const std::optional<Long>> values, State state) -> State {
           return state.value_or(0) + static_cast<Long>(values.size());
         };
         r.show("sizes", r.maybes().updateStateByKey(sizes, {.id = "sizes"}));
       }},
      {"update_state_of_window",
       [](Replay& r) {
         r.show("totals", r.pairs()
                              .window(seconds(2), seconds(2), {.id = "last-two"})
                              .updateStateByKey(kTotal, {.id = "totals"}));
       }},
  };
}

}  // namespace

Cases stateCases() {
  Cases all = updateCases();
  all.merge(mapCases());
  return all;
}

}  // namespace lockstep::golden
