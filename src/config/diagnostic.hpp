#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <lockstep/base/status.hpp>
#include <nlohmann/json_fwd.hpp>

#include "src/config/place.hpp"
#include "src/config/source_file.hpp"

namespace lockstep::config {

enum class Severity { kError, kWarning };

/// Another place that belongs to a mistake ("first written here").
struct Related {
  Place place;
  std::string text;
};

/// One mistake: where, what was found and what is allowed, and what to type instead.
struct Diagnostic {
  Place place;
  Severity severity = Severity::kError;
  std::string code;  ///< "E012"; a row of the code table (codes.hpp)
  std::string what;
  std::string help;  ///< may be empty; "did you mean ..." is printed behind the caret
  std::vector<Related> related;
};

/// All mistakes of one load, and the texts that they point into. Everything that judges a file adds
/// here, also the lint of graph and expressions, so that a user sees all of it at once, by place.
/// Thread: one at a time. Moves, does not copy.
class Diagnostics {
 public:
  /// Returns the index for Place::source.
  std::uint32_t addSource(std::string name, std::string text);
  [[nodiscard]] const SourceFile& source(std::uint32_t index) const { return *sources_[index]; }
  [[nodiscard]] SourceFile& source(std::uint32_t index) { return *sources_[index]; }

  void add(Diagnostic diagnostic);
  void error(std::string_view code, const Place& place, std::string what, std::string help = {});
  void warning(std::string_view code, const Place& place, std::string what, std::string help = {});
  /// Adds the error of a lower layer (parsers of units...) at a place.
  void error(const Place& place, const Status& status);

  /// Sorted by source and place; the same mistake at the same place once.
  [[nodiscard]] const std::vector<Diagnostic>& all() const;
  [[nodiscard]] std::size_t errorCount() const;
  [[nodiscard]] std::size_t warningCount() const;
  [[nodiscard]] bool hasErrors() const { return errorCount() > 0; }

  /// All of it for a terminal or a log, each with its line and caret:
  ///   wordcount.yaml:23:9: error[E012]: unknown operator 'flatmap'
  ///      23 |       - flatmap: split(value, " ")
  ///         |         ^^^^^^^ did you mean 'flatMap'?
  [[nodiscard]] std::string print() const;
  /// [{file, line, column, end_column, severity, code, what, help, related}]
  [[nodiscard]] nlohmann::json toJson() const;
  /// The first error as a Status (exit 78, or 66 for a missing file) with print() as its message;
  /// success without errors.
  [[nodiscard]] Status toStatus() const;

 private:
  std::vector<std::unique_ptr<SourceFile>> sources_;
  mutable std::vector<Diagnostic> diagnostics_;  ///< sorted by all()
  mutable bool sorted_ = true;
};

}  // namespace lockstep::config
