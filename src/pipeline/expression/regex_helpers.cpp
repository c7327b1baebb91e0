// The helpers on RE2: matches extract replace.
#include <array>

#include <re2/re2.h>

#include "src/pipeline/expression/eval_error.hpp"
#include "src/pipeline/expression/helpers.hpp"
#include "src/pipeline/expression/regex.hpp"

namespace lockstep {
namespace {

constexpr std::size_t kCachedPatternsMax = 256;

using re2::RE2;
using re2::StringPiece;

const RE2& patternOf(const HelperCall& call) {
  if (call.pattern != nullptr) return *call.pattern;
  return call.regexes.get(textArgument(call, 1));
}

}  // namespace

Result<std::shared_ptr<const RE2>> compileRegex(std::string_view pattern) {
  auto compiled = std::make_shared<RE2>(StringPiece(pattern.data(), pattern.size()), RE2::Quiet);
  if (!compiled->ok()) {
    return Status::fatal(
        ExitCode::kConfiguration, "E021",
        "'" + std::string(pattern) + "' is no regular expression: " + compiled->error(),
        "the syntax is RE2's: no look-around, no back-references");
  }
  return std::shared_ptr<const RE2>(std::move(compiled));
}

RegexCache::RegexCache() = default;
RegexCache::~RegexCache() = default;

const RE2& RegexCache::get(std::string_view pattern) {
  if (const auto found = known_.find(pattern); found != known_.end()) return *found->second;
  auto compiled = compileRegex(pattern);
  if (!compiled.ok()) throw EvalError(compiled.status().message());
  if (known_.size() >= kCachedPatternsMax) known_.clear();
  return *known_.emplace(std::string(pattern), std::move(*compiled)).first->second;
}

namespace helper {

Value matches(const HelperCall& call) {
  const auto text = textArgument(call, 0);
  const StringPiece input(text.data(), text.size());
  return Value::boolean(patternOf(call).Match(input, 0, input.size(), RE2::UNANCHORED, nullptr, 0));
}

Value extract(const HelperCall& call) {
  const auto text = textArgument(call, 0);
  const RE2& pattern = patternOf(call);
  const int groups = pattern.NumberOfCapturingGroups();
  const auto group = integerArgument(call, 2, groups > 0 ? 1 : 0);
  std::array<StringPiece, 10> found;
  if (group < 0 || group > groups || group >= static_cast<std::int64_t>(found.size())) {
    throw EvalError("the pattern has no group " + std::to_string(group));
  }
  const StringPiece input(text.data(), text.size());
  const int wanted = static_cast<int>(group) + 1;
  if (!pattern.Match(input, 0, input.size(), RE2::UNANCHORED, found.data(), wanted)) return {};
  const StringPiece& part = found[static_cast<std::size_t>(group)];
  if (part.data() == nullptr) return {};  // the group took no part in the match
  return Value::string({part.data(), part.size()});
}

// RE2::GlobalReplace, but into a buffer that stays, and bounded.
Value replace(const HelperCall& call) {
  const auto text = textArgument(call, 0);
  const RE2& pattern = patternOf(call);
  const auto replacement = textArgument(call, 2);
  const StringPiece rewrite(replacement.data(), replacement.size());
  std::array<StringPiece, 10> found;
  const int wanted = 1 + RE2::MaxSubmatch(rewrite);
  if (wanted > 1 + pattern.NumberOfCapturingGroups()) {
    throw EvalError("the replacement names a group that the pattern has not");
  }
  const StringPiece input(text.data(), text.size());
  std::string& out = call.buffer;
  out.clear();
  std::size_t at = 0;        // everything before is written
  std::size_t search = 0;    // where the next match may begin
  bool after_match = false;  // an empty match right behind a match does not count
  while (search <= input.size() &&
         pattern.Match(input, search, input.size(), RE2::UNANCHORED, found.data(), wanted)) {
    const auto begin = static_cast<std::size_t>(found[0].data() - input.data());
    out.append(input.data() + at, begin - at);
    at = begin + found[0].size();
    if (!(found[0].empty() && after_match && begin == search) &&
        !pattern.Rewrite(&out, rewrite, found.data(), wanted)) {
      throw EvalError("bad replacement text");
    }
    if (out.size() > kTextBytesMax) throw EvalError("the result is larger than 64 MiB");
    after_match = !found[0].empty();
    search = at;
    if (found[0].empty()) {  // go on behind the next character
      if (at >= input.size()) break;
      do {
        out += input[at++];
      } while (at < input.size() && (static_cast<unsigned char>(input[at]) & 0xc0) == 0x80);
      search = at;
    }
  }
  if (at < input.size()) out.append(input.data() + at, input.size() - at);
  return Value::string(call.arena.copy(out));
}

}  // namespace helper
}  // namespace lockstep
