#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include <lockstep/base/result.hpp>

namespace re2 {
class RE2;
}

namespace lockstep {

/// Compiles a regular expression (RE2 syntax). An error says what is wrong with it; its reaction
/// and code are the caller's to choose.
[[nodiscard]] Result<std::shared_ptr<const re2::RE2>> compileRegex(std::string_view pattern);

/// The compiled patterns that a thread's expressions made at run time. Bounded: a full cache is
/// emptied. Thread: one.
class RegexCache {
 public:
  RegexCache();
  ~RegexCache();

  /// Valid until the next call. Throws EvalError when the pattern is wrong.
  [[nodiscard]] const re2::RE2& get(std::string_view pattern);

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  std::unordered_map<std::string, std::shared_ptr<const re2::RE2>, Hash, std::equal_to<>> known_;
};

}  // namespace lockstep
