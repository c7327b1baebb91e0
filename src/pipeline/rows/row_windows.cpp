#include "src/pipeline/rows/row_windows.hpp"

#include <array>

#include <fmt/format.h>

#include "src/pipeline/expression/eval_error.hpp"
#include "src/pipeline/rows/encoded.hpp"
#include "src/pipeline/rows/encoded_serde.hpp"
#include "src/pipeline/rows/row_pairs.hpp"

namespace lockstep {
namespace {

using LongPair = std::pair<std::string_view, std::int64_t>;
using Pairs = DStream<EncodedPair>;

struct RowFilter {
  std::optional<Expression> filter;
  std::shared_ptr<const Evaluation> evaluation;

  template <class V>
  bool operator()(const std::pair<std::string_view, V>& pair) const {
    if (!filter) return true;
    auto& scratch = evaluation->scratch();
    scratch.arena.clear();
    const std::array<Value, 2> bindings{decodeEncoded(pair.first, scratch.arena),
                                        decoded(pair.second, scratch.arena)};
    return filter->evaluate(bindings, scratch.arena, scratch.context).isTrue();
  }

 private:
  static Value decoded(std::string_view value, Arena& arena) { return decodeEncoded(value, arena); }
  static Value decoded(std::int64_t value, Arena&) { return Value::integer(value); }
};

RowStream decodeLongs(const DStream<LongPair>& pairs, const std::string& step) {
  return pairs.map(
      [](const LongPair& pair, TaskContext& context) {
        return Row{decodeEncoded(pair.first, context.arena), Value::integer(pair.second), nullptr};
      },
      step);
}

/// Longs as they are: no value is decoded behind the shuffle.
template <class R, class Inverse, class Filter>
RowStream foldLongs(const RowStream& rows, std::pair<Inverse, Filter> others,
                    const RowWindow& window) {
  constexpr bool kCounts = std::is_same_v<R, reduction::Count>;
  const std::string& id = window.options.id;
  const auto pairs = rows.map(
      [](const Row& row, TaskContext& context) {
        // The builder knows every value to be an integer, or nil: a null of Kafka's.
        if (!kCounts && !row.value.isInteger())
          throw EvalError(fmt::format("{} of a {}", R::kName, typeName(row.value.kind())));
        return LongPair(encodeInto(context.arena, row.key), kCounts ? 0 : row.value.asInteger());
      },
      id);
  return decodeLongs(
      detail::foldLongsByKeyAndWindow<R>(pairs, "reduceByKeyAndWindow", std::move(others),
                                         {window.timing, window.options}, EncodedSerde{}),
      id);
}

template <class R>
RowStream foldLongs(const RowStream& rows, const RowWindow& window) {
  return foldLongs<R>(rows, std::pair{detail::NoInverse{}, detail::KeepAll{}}, window);
}

/// REQUIRES: fold.foldsLongs().
RowStream foldLongs(const RowStream& rows, const RowWindowFold& fold, const RowWindow& window) {
  if (fold.inverse) {
    const std::pair others{detail::Subtract{}, RowFilter{fold.filter, fold.evaluation}};
    return fold.named == NamedValueReduction::kCount
               ? foldLongs<reduction::Count>(rows, others, window)
               : foldLongs<reduction::Sum>(rows, others, window);
  }
  if (fold.named == NamedValueReduction::kCount) return foldLongs<reduction::Count>(rows, window);
  if (fold.named == NamedValueReduction::kMin) return foldLongs<reduction::Min>(rows, window);
  if (fold.named == NamedValueReduction::kMax) return foldLongs<reduction::Max>(rows, window);
  return foldLongs<reduction::Sum>(rows, window);
}

/// Rows whose values are 1: what a count folds.
RowStream onesOf(const RowStream& rows, const std::string& step) {
  return rows.map([](const Row& row) { return Row{row.key, Value::integer(1), row.record}; }, step);
}

[[nodiscard]] bool counts(const RowWindowFold& fold) {
  return fold.named == NamedValueReduction::kCount;
}
[[nodiscard]] ValueReduction functionOf(const RowWindowFold& fold) {
  return counts(fold) ? ValueReduction(NamedValueReduction::kSum) : fold.reduce;
}
[[nodiscard]] std::string nameOf(const RowWindowFold& fold) {
  if (!fold.named) return {};
  constexpr std::array<const char*, 5> kNames{"sum", "count", "min", "max", "last"};
  return kNames[static_cast<std::size_t>(*fold.named)];
}

}  // namespace

bool RowWindowFold::foldsLongs() const {
  if (!named || (*named != NamedValueReduction::kCount && !integers)) return false;
  if (!inverse) return true;
  return subtracts &&
         (*named == NamedValueReduction::kCount || *named == NamedValueReduction::kSum);
}

const std::vector<std::string>& RowWindowFold::filterVariables() {
  static const std::vector<std::string> kNames{"key", "value"};
  return kNames;
}

RowStream windowRows(const RowStream& rows, const RowWindow& window) {
  return decodePairs(windowAs(encodeRows(rows, window.options.id), window.timing, window.options,
                              Serde<EncodedPair>{}),
                     window.options.id);
}

RowStream countRowsByWindow(const RowStream& rows, const RowWindow& window) {
  return rows.countByWindow(window.timing.length, window.timing.slide, window.options)
      .map(
          [](std::int64_t count) {
            return Row{{}, Value::integer(count), nullptr};
          },
          window.options.id);
}

RowStream reduceRowsByWindow(const RowStream& rows, const RowWindowFold& fold,
                             const RowWindow& window) {
  const std::string& id = window.options.id;
  const auto values =
      (counts(fold) ? onesOf(rows, id) : rows)
          .map([](const Row& row,
                  TaskContext& context) { return encodeInto(context.arena, row.value); },
               id);
  const auto [length, slide] = window.timing;
  const auto reduced =
      fold.inverse
          ? values.reduceByWindow(functionOf(fold), *fold.inverse, length, slide, window.options)
          : values.reduceByWindow(functionOf(fold), length, slide, window.options);
  return reduced.map(
      [](std::string_view value, TaskContext& context) {
        return Row{{}, decodeEncoded(value, context.arena), nullptr};
      },
      id);
}

RowStream reduceRowsByKeyAndWindow(const RowStream& rows, const RowWindowFold& fold,
                                   const RowWindow& window) {
  if (fold.foldsLongs()) return foldLongs(rows, fold, window);
  const std::string& id = window.options.id;
  const Pairs pairs = encodeRows(counts(fold) ? onesOf(rows, id) : rows, id);
  const detail::WindowedFold named{"reduceByKeyAndWindow", nameOf(fold)};
  const std::pair place{window.timing, window.options};
  const std::pair serdes{EncodedSerde{}, EncodedSerde{}};
  using detail::WindowFunctions;
  if (!fold.inverse) {
    using Functions = WindowFunctions<ValueReduction, detail::NoInverse, detail::KeepAll>;
    return decodePairs(detail::reduceByKeyAndWindowAs(
                           pairs, named, Functions{functionOf(fold), {}, {}}, place, serdes),
                       id);
  }
  using Functions = WindowFunctions<ValueReduction, ValueReduction, RowFilter>;
  const Functions functions{functionOf(fold), *fold.inverse, {fold.filter, fold.evaluation}};
  return decodePairs(detail::reduceByKeyAndWindowAs(pairs, named, functions, place, serdes), id);
}

RowStream groupRowsByKeyAndWindow(const RowStream& rows, const RowWindow& window) {
  return groupRowsByKey(windowRows(rows, window), {window.options.id, window.options.parallelism});
}

RowStream countRowsByValueAndWindow(const RowStream& rows, const RowWindow& window) {
  const auto pairs = rows.map(
      [](const Row& row, TaskContext& context) {
        return LongPair(encodeInto(context.arena, row.value), 1);
      },
      window.options.id);
  const auto counted = [](const LongPair& pair) { return pair.second != 0; };
  return decodeLongs(detail::foldLongsByKeyAndWindow<reduction::Count>(
                         pairs, "countByValueAndWindow", std::pair{detail::Subtract{}, counted},
                         {window.timing, window.options}, EncodedSerde{}),
                     window.options.id);
}

}  // namespace lockstep
