#include "src/pipeline/rows/row_state.hpp"

#include <array>

#include <fmt/format.h>

#include "src/pipeline/expression/eval_error.hpp"
#include "src/pipeline/rows/encoded.hpp"
#include "src/pipeline/rows/encoded_serde.hpp"

namespace lockstep {
namespace {

using EncodedState = std::optional<std::string_view>;
using Values = std::span<const std::string_view>;

/// The update function as the state stage calls it. Results live until the thread's next call.
class Updater {
 public:
  explicit Updater(StateUpdate update) : update_(std::move(update)) {}

  EncodedState operator()(const std::string_view& key, Values values, EncodedState state,
                          TaskContext& /*context*/) const {
    auto& scratch = update_.evaluation->scratch();
    scratch.arena.clear();
    const auto list = allocateArray<Value>(scratch.arena, values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      list[i] = decodeEncoded(values[i], scratch.arena);
    }
    const std::array<Value, 3> bindings{Value::list(list), stateOf(state, scratch),
                                        decodeEncoded(key, scratch.arena)};
    const Value updated = update_.update.evaluate(bindings, scratch.arena, scratch.context);
    if (updated.isNil()) return std::nullopt;
    return encodeInto(scratch.bytes, updated);
  }

 private:
  Value stateOf(EncodedState state, EvaluationScratch& scratch) const {
    if (state) return decodeEncoded(*state, scratch.arena);
    if (!update_.initial) return {};
    return update_.initial->evaluate({}, scratch.arena, scratch.context);
  }

  StateUpdate update_;
};

/// The function of mapWithState as the stage calls it.
class Mapper {
 public:
  explicit Mapper(StateMapping mapping) : mapping_(std::move(mapping)) {}

  std::optional<EncodedPair> operator()(TaskContext& context, const std::string_view& key,
                                        EncodedState value, State<std::string_view>& state) const {
    auto& scratch = mapping_.evaluation->scratch();
    scratch.arena.clear();
    const Value row_key = decodeEncoded(key, scratch.arena);
    const Value row_value = value ? decodeEncoded(*value, scratch.arena) : Value();
    Value now = stateOf(state, scratch);
    if (!state.isTimingOut()) {
      now = mapping_.update.evaluate(std::array<Value, 3>{row_value, now, row_key}, scratch.arena,
                                     scratch.context);
      if (now.isNil())
        state.remove();
      else
        state.update(encodeInto(scratch.bytes, now));
    }
    const Value result = mapping_.result.evaluate(
        std::array<Value, 4>{row_value, now, row_key, Value::boolean(state.isTimingOut())},
        scratch.arena, scratch.context);
    if (result.isNil()) return std::nullopt;
    return EncodedPair(key, encodeInto(context.arena, result));
  }

 private:
  Value stateOf(const State<std::string_view>& state, EvaluationScratch& scratch) const {
    if (state.exists()) return decodeEncoded(state.get(), scratch.arena);
    if (!mapping_.initial) return {};
    return mapping_.initial->evaluate({}, scratch.arena, scratch.context);
  }

  StateMapping mapping_;
};

/// A named reduction over values of any kind.
struct FoldValues {
  NamedValueReduction reduction;

  EncodedState operator()(const std::string_view& /*key*/, Values values, EncodedState state,
                          TaskContext& /*context*/) const {
    thread_local Arena arena(4096);
    thread_local std::string result;
    arena.clear();
    std::optional<Value> folded;
    if (state) folded = decodeEncoded(*state, arena);
    for (const auto bytes : values) {
      const auto value = decodeEncoded(bytes, arena);
      folded = folded ? combineNamed(reduction, *folded, value) : value;
    }
    if (!folded || folded->isNil()) return std::nullopt;
    return encodeInto(result, *folded);
  }
};

template <class F>
RowStream withFunction(const RowStream& rows, F function, const StateOptions& options,
                       detail::InitialState initial) {
  using State = std::pair<std::string_view, EncodedState>;
  return updateStateByKeyAs<std::string_view>(
             encodeRows(rows, options.id), std::move(function), options,
             StateSerdes<EncodedSerde, EncodedSerde, EncodedSerde>{}, std::move(initial))
      .map(
          [](const State& pair, TaskContext& context) {
            return Row{decodeEncoded(pair.first, context.arena),
                       pair.second ? decodeEncoded(*pair.second, context.arena) : Value(), nullptr};
          },
          options.id);
}

/// Longs in place: the hot path of a running count.
template <class Reduction>
RowStream withLongs(const RowStream& rows, Reduction reduction, const StateOptions& options,
                    detail::InitialState initial) {
  using In = std::pair<std::string_view, std::int64_t>;
  using State = std::pair<std::string_view, std::optional<std::int64_t>>;
  constexpr bool kCounts = std::is_same_v<Reduction, reduction::Count>;
  const auto pairs = rows.map(
      [](const Row& row, TaskContext& context) {
        // The builder knows every value to be an integer, or nil: a null of Kafka's.
        if (!kCounts && !row.value.isInteger()) {
          throw EvalError(fmt::format("{} of a {}", Reduction::kName, typeName(row.value.kind())));
        }
        return In(encodeInto(context.arena, row.key), kCounts ? 0 : row.value.asInteger());
      },
      options.id);
  return reduceStateByKeyAs(pairs, reduction, options, EncodedSerde{}, std::move(initial))
      .map(
          [](const State& pair, TaskContext& context) {
            return Row{decodeEncoded(pair.first, context.arena),
                       pair.second ? Value::integer(*pair.second) : Value(), nullptr};
          },
          options.id);
}

}  // namespace

const std::vector<std::string>& StateUpdate::variables() {
  static const std::vector<std::string> kNames{"values", "state", "key"};
  return kNames;
}

const std::vector<std::string>& StateMapping::updateVariables() {
  static const std::vector<std::string> kNames{"value", "state", "key"};
  return kNames;
}

const std::vector<std::string>& StateMapping::resultVariables() {
  static const std::vector<std::string> kNames{"value", "state", "key", "timed_out"};
  return kNames;
}

RowStream mapRowsWithState(const RowStream& rows, StateMapping mapping,
                           const MapWithStateOptions& options) {
  using Formats = StateSerdes<EncodedSerde, EncodedSerde, EncodedSerde>;
  return decodePairs(
      mapWithStateAs<std::string_view, EncodedPair>(encodeRows(rows, options.id),
                                                    Mapper(std::move(mapping)), options, Formats{}),
      options.id);
}

RowStream updateRowState(const RowStream& rows, StateUpdate update, const StateOptions& options,
                         detail::InitialState initial) {
  return withFunction(rows, Updater(std::move(update)), options, std::move(initial));
}

RowStream reduceRowState(const RowStream& rows, NamedValueReduction reduction, bool integers,
                         const StateOptions& options, detail::InitialState initial) {
  if (!keepsLongs(reduction, integers)) {
    StateOptions idle_unchanged = options;
    idle_unchanged.visit = Visit::kTouched;
    return withFunction(rows, FoldValues{reduction}, idle_unchanged, std::move(initial));
  }
  switch (reduction) {
    case NamedValueReduction::kCount:
      return withLongs(rows, reduction::Count{}, options, std::move(initial));
    case NamedValueReduction::kMin:
      return withLongs(rows, reduction::Min{}, options, std::move(initial));
    case NamedValueReduction::kMax:
      return withLongs(rows, reduction::Max{}, options, std::move(initial));
    case NamedValueReduction::kLast:
      return withLongs(rows, reduction::Last{}, options, std::move(initial));
    case NamedValueReduction::kSum:
      break;
  }
  return withLongs(rows, reduction::Sum{}, options, std::move(initial));
}

}  // namespace lockstep
