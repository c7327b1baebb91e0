#pragma once

#include <memory>
#include <string>
#include <vector>

#include <lockstep/base/result.hpp>

namespace lockstep {

/// The file's `functions:` text, checked: it loads, declares only functions and constants, and
/// nothing in it can carry a value from one record to the next. Immutable, shared by all
/// expressions and contexts of an application.
class FunctionLibrary {
 public:
  /// An error names the line inside `text` ("functions:3: ...").
  [[nodiscard]] static Result<std::shared_ptr<const FunctionLibrary>> compile(std::string text);
  /// A library without functions.
  [[nodiscard]] static std::shared_ptr<const FunctionLibrary> empty();

  [[nodiscard]] const std::string& text() const { return text_; }
  /// What the text declares, sorted.
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  /// All that an expression may name besides variables: Lua's functions, helpers, names().
  [[nodiscard]] const std::vector<std::string>& globals() const { return globals_; }

 private:
  FunctionLibrary() = default;
  std::string text_;
  std::vector<std::string> names_;
  std::vector<std::string> globals_;
};

}  // namespace lockstep
