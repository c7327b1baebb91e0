// tools/layers.txt, and what it says about an #include.
#include <algorithm>
#include <sstream>
#include <stdexcept>

#include "tests/unit/tree/tree.hpp"

namespace lockstep::tree {
namespace {

std::string finding(const std::string& path, int line, const std::string& what) {
  return path + ":" + std::to_string(line) + ": " + what;
}

/// "0-4" gives the bounds; anything else is a folder's name.
void addAllowed(LayerTable::Row& row, const std::string& word) {
  const auto dash = word.find('-');
  if (word == "-") return;
  if (word.find('/') != word.npos) {
    row.folders.insert(word);
    return;
  }
  row.from = std::stoi(word.substr(0, dash));
  row.until = std::stoi(word.substr(dash + 1));
}

bool isLayerWord(const std::string& word) {
  return word == "-" || std::isdigit(static_cast<unsigned char>(word.front())) != 0 ||
         word.starts_with("src/") || word.starts_with("connectors/") || word.starts_with("state/");
}

bool headerAllowed(const LayerTable::Row& row, const std::string& header) {
  const bool standard = header.find('.') == header.npos && header.find('/') == header.npos;
  if (standard) return !row.never.contains(header);
  return std::any_of(row.headers.begin(), row.headers.end(), [&](const std::string& allowed) {
    return allowed.ends_with('/') ? header.starts_with(allowed) : header == allowed;
  });
}

/// Empty when `folder` may include `target`, a file of this repository.
std::string whyRefused(const LayerTable& table, const std::string& folder, bool is_public,
                       const std::string& target) {
  if (is_public && !target.starts_with("include/")) return "a public header includes a private one";
  const auto owner = table.folderOf(target);
  if (owner.empty()) return "no folder of tools/layers.txt has this header";
  if (owner == folder) return "";
  const auto& from = table.rows.at(folder);
  const auto& to = table.rows.at(owner);
  if (from.folders.contains(owner)) return "";
  if (to.layer >= from.from && to.layer <= from.until && to.layer < from.layer) return "";
  return folder + " (layer " + std::to_string(from.layer) + ") must not include " + owner +
         " (layer " + std::to_string(to.layer) + ")";
}

}  // namespace

std::string LayerTable::folderOf(std::string_view path) const {
  std::string text(path);
  constexpr std::string_view kPublic = "include/lockstep/";
  if (text.starts_with(kPublic)) text = "src/" + text.substr(kPublic.size());
  for (const auto& [folder, row] : rows) {
    if (text.starts_with(folder + "/")) return folder;
  }
  return "";
}

LayerTable parseLayers(std::string_view text) {
  LayerTable table;
  std::istringstream lines{std::string(text)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string folder;
    if (!(words >> folder)) continue;
    std::string word;
    if (folder == "never") {
      words >> folder;
      while (words >> word) table.rows.at(folder).never.insert(word);
      continue;
    }
    auto& row = table.rows[folder];
    if (!(words >> row.layer)) throw std::runtime_error("tools/layers.txt: " + line);
    while (words >> word) {
      if (isLayerWord(word)) {
        addAllowed(row, word);
      } else {
        row.headers.push_back(word);
      }
    }
  }
  return table;
}

Findings judgeIncludes(const LayerTable& table, const std::string& path, std::string_view text) {
  const auto folder = table.folderOf(path);
  if (folder.empty()) return {finding(path, 1, "its folder is not in tools/layers.txt")};
  const bool is_public = path.starts_with("include/");
  Findings findings;
  std::istringstream lines{std::string(text)};
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    std::istringstream words(line);
    std::string directive;
    std::string header;
    words >> directive >> header;
    if (directive == "#" || !directive.starts_with("#include")) continue;
    if (directive != "#include") header = directive.substr(std::string("#include").size());
    if (header.size() < 3) continue;
    const auto name = header.substr(1, header.find_first_of("\">", 1) - 1);
    std::string why;
    if (header.front() == '"') {
      why = whyRefused(table, folder, is_public, name);
    } else if (name.starts_with("lockstep/")) {
      why = whyRefused(table, folder, is_public, "include/" + name);
    } else if (!headerAllowed(table.rows.at(folder), name)) {
      why = "tools/layers.txt does not give <" + name + "> to " + folder;
    }
    if (!why.empty()) findings.push_back(finding(path, number, why));
  }
  return findings;
}

}  // namespace lockstep::tree
