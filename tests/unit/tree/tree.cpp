#include "tests/unit/tree/tree.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace lockstep::tree {

namespace fs = std::filesystem;

fs::path root() { return LOCKSTEP_ROOT; }

std::string readText(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + file.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> filesBelow(const std::vector<std::string>& folders,
                                    const std::vector<std::string>& endings) {
  std::vector<std::string> found;
  for (const auto& folder : folders) {
    if (!fs::exists(root() / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root() / folder)) {
      const auto path = fs::relative(entry.path(), root()).string();
      const auto matches = [&](const std::string& ending) { return path.ends_with(ending); };
      if (entry.is_regular_file() && std::any_of(endings.begin(), endings.end(), matches)) {
        found.push_back(path);
      }
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::set<std::string> moduleFolders() {
  std::set<std::string> folders;
  for (const auto* parent : {"src", "connectors", "state"}) {
    for (const auto& entry : fs::directory_iterator(root() / parent)) {
      if (entry.is_directory()) folders.insert(fs::relative(entry.path(), root()).string());
    }
  }
  return folders;
}

Findings judgeListing(const std::string& path, std::string_view cmake_lists) {
  const auto name = fs::path(path).filename().string();
  std::istringstream words{std::string(cmake_lists)};
  for (std::string line; std::getline(words, line);) {
    std::istringstream tokens(line.substr(0, line.find('#')));
    for (std::string token; tokens >> token;) {
      while (token.ends_with(')')) token.pop_back();
      if (fs::path(token).filename() == name) return {};
    }
  }
  return {path + ":1: in no CMakeLists.txt, so it is never built"};
}

std::set<std::string> modulesInTable(std::string_view page) {
  const auto begin = page.find("<!-- modules -->");
  const auto end = page.find("<!-- /modules -->");
  if (begin == page.npos || end == page.npos) throw std::runtime_error("no markers of the table");
  std::set<std::string> modules;
  std::istringstream lines{std::string(page.substr(begin, end - begin))};
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("| `")) continue;
    modules.insert(line.substr(3, line.find('`', 3) - 3));
  }
  return modules;
}

Findings judgeDockerfile(std::string_view text) {
  Findings findings;
  std::string last_user = "root";
  std::istringstream lines{std::string(text)};
  int number = 0;
  bool lists_removed = true;
  const auto find = [&](const std::string& what) {
    findings.push_back("Dockerfile:" + std::to_string(number) + ": " + what);
  };
  for (std::string line; std::getline(lines, line);) {
    ++number;
    if (line.starts_with("FROM ")) {
      const auto image = line.substr(5, line.find(' ', 5) - 5);
      if (image.find(':') == image.npos) find("base image without a version");
      if (image.ends_with(":latest")) find("base image pinned to 'latest'");
      last_user = "root";
    }
    if (line.starts_with("USER ")) last_user = line.substr(5);
    if (line.find("apt-get update") != line.npos) lists_removed = false;
    if (line.find("rm -rf /var/lib/apt/lists/*") != line.npos) lists_removed = true;
    if (line.find("apt-get install") != line.npos &&
        line.find("--no-install-recommends") == line.npos) {
      find("apt-get install without --no-install-recommends");
    }
    if (!line.ends_with('\\') && !lists_removed) {
      find("package lists stay in the layer");
      lists_removed = true;
    }
  }
  if (last_user == "root" || last_user.starts_with("0")) find("the last stage runs as root");
  return findings;
}

}  // namespace lockstep::tree
