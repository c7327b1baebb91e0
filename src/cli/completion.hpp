#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep::cli {

/// A flag as a shell completes it.
struct CompletedFlag {
  std::string name;  ///< "--until-end"
  std::string text;
  bool takes_value = false;
  std::vector<std::string> choices;  ///< of the value; empty: a file, or anything
};

/// A verb as a shell completes it.
struct CompletedVerb {
  std::string name;
  std::string text;
  std::vector<CompletedFlag> flags;
  std::vector<std::string> choices;  ///< of its argument; empty: a file
};

/// The script that teaches `shell` to complete the command line; nothing for a shell other than
/// bash, zsh and fish.
[[nodiscard]] std::optional<std::string> completionScript(std::string_view shell,
                                                          const std::vector<CompletedVerb>& verbs);

}  // namespace lockstep::cli
