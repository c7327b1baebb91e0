#include <fmt/format.h>

#include <lockstep/formats/serde.hpp>

#include "src/pipeline/expression/eval_error.hpp"
#include "src/pipeline/expression/json.hpp"
#include "src/pipeline/expression/value_codec.hpp"
#include "src/pipeline/rows/row_state.hpp"
#include "src/pipeline/steps/step_functions.hpp"

namespace lockstep {
namespace {

/// What the states of a step are.
enum class StateType { kAny, kNumbers, kLongs };

StateType stateType(NamedValueReduction reduction, bool integers) {
  if (keepsLongs(reduction, integers)) return StateType::kLongs;
  return reduction == NamedValueReduction::kSum ? StateType::kNumbers : StateType::kAny;
}

bool isOf(StateType type, const Value& state) {
  if (type == StateType::kAny) return true;
  return type == StateType::kLongs ? state.isInteger() : state.isNumber();
}

std::string encodedState(StateType type, const Value& state) {
  std::string bytes;
  if (type == StateType::kLongs)
    Serde<std::int64_t>{}.append(bytes, state.asInteger());
  else
    encodeValue(bytes, state);
  return bytes;
}

/// The option `initial_state`; nothing after a mistake, empty when it is not written.
std::optional<detail::InitialState> initialState(StepBuild& build, StateType type) {
  detail::InitialState initial;
  const auto* option = build.step().find("initial_state");
  if (option == nullptr) return initial;
  bool fine = true;
  Arena arena(1024);
  for (const auto& one : option->states) {
    const auto mistake = [&](const std::string& what, const char* help) {
      build.compiler().diagnostics().error(
          "E008", one.state_place, fmt::format("the state of '{}' {}", one.written.written, what),
          help);
      fine = false;
    };
    try {
      const Value state = readJson(one.state, arena);
      if (isOf(type, state)) {
        std::string key;
        encodeValue(key, readJson(one.key, arena));
        initial.add(std::move(key), encodedState(type, state));
      } else if (type == StateType::kLongs) {
        mistake("is no whole number, and this step keeps nothing else", "write one, as in  5");
      } else {
        mistake("is no number, and this step keeps nothing else", "write one, as in  0.5");
      }
    } catch (const EvalError& error) {
      mistake("cannot be kept: " + error.cause(), "nest it less deep");
    }
  }
  if (!fine) return std::nullopt;
  return initial;
}

}  // namespace

std::optional<Built> buildUpdateStateByKey(const std::optional<Built>& in, StepBuild& build) {
  const auto& step = build.step();
  const StateOptions options{build.name(), step.text("emit") == "all" ? Emit::kAll : Emit::kChanged,
                             step.text("visit") == "touched" ? Visit::kTouched : Visit::kAll,
                             build.shuffleOptions().parallelism};
  if (const auto named = step.find("update")->named) {
    const auto reduction = reductionOf(*named);
    const bool integers = in && in->integers;
    auto states = initialState(build, stateType(reduction, integers));
    if (!in || !states) return std::nullopt;
    return Built{reduceRowState(in->rows, reduction, integers, options, std::move(*states)),
                 keepsLongs(reduction, integers)};
  }
  auto update = build.expression("update", StateUpdate::variables());
  auto states = initialState(build, StateType::kAny);
  std::optional<Expression> initial;
  if (build.has("initial")) initial = build.expression("initial", {});
  if (!in || !update || !states || build.has("initial") != initial.has_value()) return std::nullopt;
  StateUpdate function{std::move(*update), std::move(initial), build.compiler().evaluation()};
  return Built{updateRowState(in->rows, std::move(function), options, std::move(*states)), false};
}

std::optional<Built> buildMapWithState(const std::optional<Built>& in, StepBuild& build) {
  MapWithStateOptions options;
  options.id = build.name();
  options.parallelism = build.shuffleOptions().parallelism;
  if (const auto* timeout = build.step().find("timeout"))
    options.timeout = std::chrono::milliseconds(timeout->number);
  auto update = build.expression("update", StateMapping::updateVariables());
  auto result = build.expression("value", StateMapping::resultVariables());
  auto states = initialState(build, StateType::kAny);
  std::optional<Expression> initial;
  if (build.has("initial")) initial = build.expression("initial", {});
  if (!in || !update || !result || !states || build.has("initial") != initial.has_value())
    return std::nullopt;
  options.initial_state = std::move(*states);
  StateMapping mapping{std::move(*update), std::move(initial), std::move(*result),
                       build.compiler().evaluation()};
  return Built{mapRowsWithState(in->rows, std::move(mapping), options), false};
}

}  // namespace lockstep
