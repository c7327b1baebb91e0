#include <lockstep/model/commit_metadata.hpp>

#include <charconv>

#include <fmt/format.h>

namespace lockstep {
namespace {

/// Takes "name=number" off the front of `text`, and the ';' behind it.
bool takeField(std::string_view& text, std::string_view name, int base, std::uint64_t& number) {
  if (!text.starts_with(name)) return false;
  text.remove_prefix(name.size());
  if (!text.starts_with('=')) return false;
  text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text.empty()) return true;
  if (!text.starts_with(';')) return false;
  text.remove_prefix(1);
  return !text.empty();
}

}  // namespace

std::string format(const CommitMetadata& metadata) {
  auto text = fmt::format("v1;batch={};inc={};own={:016x}", metadata.batch.value(),
                          metadata.incarnation.value(), metadata.owner.value());
  if (metadata.beat != 0) text += fmt::format(";beat={}", metadata.beat);
  return text;
}

std::optional<CommitMetadata> parseCommitMetadata(std::string_view text) {
  constexpr std::string_view kVersion = "v1;";
  if (!text.starts_with(kVersion)) return std::nullopt;
  text.remove_prefix(kVersion.size());
  std::uint64_t batch = 0;
  std::uint64_t incarnation = 0;
  std::uint64_t owner = 0;
  std::uint64_t beat = 0;
  if (!takeField(text, "batch", 10, batch) || !takeField(text, "inc", 10, incarnation) ||
      !takeField(text, "own", 16, owner)) {
    return std::nullopt;
  }
  if (!text.empty() && (!takeField(text, "beat", 10, beat) || !text.empty())) return std::nullopt;
  return CommitMetadata{BatchId{batch}, Incarnation{incarnation}, Nonce{owner}, beat};
}

}  // namespace lockstep
