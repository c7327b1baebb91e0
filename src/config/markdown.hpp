#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep::config {

/// A fenced block of a Markdown text whose language is yaml or yml.
struct YamlBlock {
  /// The block alone, with empty lines in place of what stands before it: places in messages are
  /// those in the document.
  std::string text;
  std::uint32_t line = 1;  ///< of its first line
  /// It names an application and so is a whole file; others are pieces: a few steps, one setting.
  bool whole = false;
};

/// The YAML blocks of a document, in order. A block that is not closed goes to the end. Thread:
/// any.
[[nodiscard]] std::vector<YamlBlock> yamlBlocks(std::string_view markdown);

/// Whether a file is looked at for its YAML blocks: its name ends in .md or .markdown.
[[nodiscard]] bool isMarkdown(std::string_view path);

}  // namespace lockstep::config
