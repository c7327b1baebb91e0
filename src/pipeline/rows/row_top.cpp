#include "src/pipeline/rows/row_top.hpp"

#include <utility>
#include <vector>

#include "src/pipeline/rows/encoded.hpp"

namespace lockstep {
namespace {

using Bytes = std::string_view;

Bytes rankOf(const std::optional<RowExpression>& by, const Row& row, TaskContext& context) {
  return encodeInto(context.arena, by ? by->evaluate(row, context) : row.value);
}

/// By what comes first: the encoded rank.
struct ByRank {
  using is_transparent = void;  // a new row is compared before it is copied

  template <class A, class B>
  bool operator()(const A& a, const B& b) const {
    thread_local Arena arena(4096);
    arena.clear();
    return compare(decodeEncoded(a.first, arena), decodeEncoded(b.first, arena)) < 0;
  }
};

}  // namespace

RowStream topRows(const RowStream& rows, std::size_t count, std::optional<RowExpression> by,
                  const std::string& step) {
  using Ranked = std::pair<Bytes, EncodedPair>;
  const auto ranked = rows.map(
      [by = std::move(by)](const Row& row, TaskContext& context) {
        return Ranked{rankOf(by, row, context),
                      {encodeInto(context.arena, row.key), encodeInto(context.arena, row.value)}};
      },
      step);
  return ranked.topN(count, ByRank{}, step)
      .map(
          [](const Owned<Ranked>& kept, TaskContext& context) {
            return Row{decodeEncoded(kept.second.first, context.arena),
                       decodeEncoded(kept.second.second, context.arena), nullptr};
          },
          step);
}

RowStream topRowsByKey(const RowStream& rows, std::size_t count, std::optional<RowExpression> by,
                       const ShuffleOptions& options) {
  using Ranked = std::pair<Bytes, Bytes>;
  const auto ranked = rows.map(
      [by = std::move(by)](const Row& row, TaskContext& context) {
        return std::pair<Bytes, Ranked>{
            encodeInto(context.arena, row.key),
            {rankOf(by, row, context), encodeInto(context.arena, row.value)}};
      },
      options.step);
  const auto top = ranked.topNByKey(count, ByRank{}, options);
  using Top = typename decltype(top)::Element;
  return top.map(
      [](const Top& kept, TaskContext& context) {
        const auto list = allocateArray<Value>(context.arena, kept.second.size());
        for (std::size_t i = 0; i < list.size(); ++i)
          list[i] = decodeEncoded(kept.second[i].second, context.arena);
        return Row{decodeEncoded(kept.first, context.arena), Value::list(list), nullptr};
      },
      options.step);
}

}  // namespace lockstep
