#include "src/pipeline/rows/row_pairs.hpp"
#include "src/pipeline/steps/step_functions.hpp"

namespace lockstep {

namespace {

using config::Pairing;

static_assert(static_cast<int>(RowPairing::kCogroup) == static_cast<int>(Pairing::kCogroup) &&
              static_cast<int>(RowPairing::kInner) == static_cast<int>(Pairing::kInner));

Pairing pairingOf(config::OperatorKind kind) {
  using config::OperatorKind;
  if (kind == OperatorKind::kCogroup) return Pairing::kCogroup;
  if (kind == OperatorKind::kLeftOuterJoin) return Pairing::kLeft;
  if (kind == OperatorKind::kRightOuterJoin) return Pairing::kRight;
  return kind == OperatorKind::kFullOuterJoin ? Pairing::kFull : Pairing::kInner;
}

std::optional<Built> pair(const std::optional<Built>& left, const std::optional<Built>& right,
                          Pairing pairing, const ShuffleOptions& options) {
  if (!left || !right) return std::nullopt;
  return Built{pairRows(left->rows, right->rows, static_cast<RowPairing>(pairing), options), false};
}

}  // namespace

std::optional<Built> buildJoin(const std::optional<Built>& in, StepBuild& build) {
  if (build.step().streams.empty()) return std::nullopt;  // a mistake that was reported
  return pair(in, build.streams().streamNamed(build.step().streams.front().text),
              pairingOf(build.step().kind()), build.shuffleOptions());
}

std::optional<Built> pairStreams(const config::PairedStreams& paired,
                                 const config::StreamConfig& stream, BuiltStreams& streams) {
  ShuffleOptions options{stream.name.text, std::nullopt};
  if (stream.parallelism) options.parallelism = static_cast<std::uint32_t>(*stream.parallelism);
  const auto left = streams.streamNamed(paired.left.text);  // a copy: the next call may add one
  return pair(left, streams.streamNamed(paired.right.text), paired.pairing, options);
}

}  // namespace lockstep
