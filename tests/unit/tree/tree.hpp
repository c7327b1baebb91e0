#pragma once

// Reads the source tree and judges it. Each judge takes text, so that a test can show it a wrong
// one; findings are lines "file:line: what is wrong", empty when all is well.

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace lockstep::tree {

using Findings = std::vector<std::string>;

/// The root of the checkout.
std::filesystem::path root();
std::string readText(const std::filesystem::path& file);
/// Files below `folders` (relative to the root) that end with one of `endings`; sorted, relative.
std::vector<std::string> filesBelow(const std::vector<std::string>& folders,
                                    const std::vector<std::string>& endings);
/// The folders of src, connectors and state that hold a module.
std::set<std::string> moduleFolders();

/// tools/layers.txt.
struct LayerTable {
  struct Row {
    int layer = 0;
    int from = 0;  ///< layers that may be included: from..until
    int until = -1;
    std::set<std::string> folders;     ///< included by name
    std::vector<std::string> headers;  ///< other headers, by name or prefix ("fmt/")
    std::set<std::string> never;       ///< standard headers that are refused
  };
  std::map<std::string, Row> rows;  ///< by folder

  /// The module folder that `path` belongs to; empty when none does.
  [[nodiscard]] std::string folderOf(std::string_view path) const;
};

LayerTable parseLayers(std::string_view text);
/// Includes in `text`, the contents of `path`, that the table forbids.
Findings judgeIncludes(const LayerTable& table, const std::string& path, std::string_view text);
/// Over-long file, lines and functions, and work left undone.
Findings judgeShape(const std::string& path, std::string_view text);
/// Test sources that no CMakeLists.txt of their folder names.
Findings judgeListing(const std::string& path, std::string_view cmake_lists);
/// Error and warning codes in string literals of `text` that are not among `known`.
Findings judgeCodes(const std::string& path, std::string_view text,
                    const std::set<std::string>& known);
/// The codes that have a heading "## E012: ..." in docs/errors.md.
std::set<std::string> codesOfPage(std::string_view page);
/// The first column of the table between the two marker comments of docs/architecture.md.
std::set<std::string> modulesInTable(std::string_view page);
/// Rules of a container recipe: pinned base, no package lists left behind, not run as root.
Findings judgeDockerfile(std::string_view text);

}  // namespace lockstep::tree
