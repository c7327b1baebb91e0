#include "src/config/markdown.hpp"

#include <algorithm>
#include <cctype>

namespace lockstep::config {
namespace {

std::string_view withoutIndent(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  return line;
}

/// The number of fence characters that a line begins with; fewer than three are no fence.
std::size_t fenceLength(std::string_view line) {
  if (line.empty() || (line.front() != '`' && line.front() != '~')) return 0;
  const auto length = std::min(line.find_first_not_of(line.front()), line.size());
  return length < 3 ? 0 : length;
}

/// The first word behind a fence, in lower case: its language.
std::string languageOf(std::string_view info) {
  info = withoutIndent(info);
  std::string language(info.substr(0, info.find_first_of(" \t{")));
  for (char& c : language) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return language;
}

/// Walks over the lines of a document.
class Scanner {
 public:
  void line(std::string_view line) {
    ++number_;
    const auto text = withoutIndent(line);
    const auto fence = fenceLength(text);
    if (fence_ != 0) {
      const bool closes = fence >= fence_ && text.front() == fence_character_ &&
                          text.find_first_not_of(" \t", fence) == std::string_view::npos;
      if (closes) {
        fence_ = 0;
        in_yaml_ = false;
      } else if (in_yaml_) {
        add(line);
      }
    } else if (fence != 0) {
      open(text, fence);
    }
  }
  [[nodiscard]] std::vector<YamlBlock> take() { return std::move(blocks_); }

 private:
  void open(std::string_view text, std::size_t fence) {
    fence_ = fence;
    fence_character_ = text.front();
    const auto language = languageOf(text.substr(fence));
    in_yaml_ = language == "yaml" || language == "yml";
    if (in_yaml_) blocks_.push_back({std::string(number_, '\n'), number_ + 1, false});
    indent_ = std::string::npos;
  }
  void add(std::string_view line) {
    YamlBlock& block = blocks_.back();
    block.text.append(line).push_back('\n');
    const auto text = withoutIndent(line);
    if (text.empty() || text.front() == '#') return;
    indent_ = std::min(indent_, line.size() - text.size());
    if (text.starts_with("application:") && line.size() - text.size() == indent_) {
      block.whole = true;
    }
  }

  std::vector<YamlBlock> blocks_;
  std::uint32_t number_ = 0;  ///< of the present line
  std::size_t fence_ = 0;     ///< length of the fence that is open; 0 = none
  char fence_character_ = 0;
  bool in_yaml_ = false;
  std::size_t indent_ = 0;  ///< the smallest in the block so far
};

}  // namespace

std::vector<YamlBlock> yamlBlocks(std::string_view markdown) {
  Scanner scanner;
  while (!markdown.empty()) {
    const auto end = std::min(markdown.find('\n'), markdown.size());
    auto line = markdown.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    scanner.line(line);
    markdown.remove_prefix(std::min(end + 1, markdown.size()));
  }
  return scanner.take();
}

bool isMarkdown(std::string_view path) {
  return path.ends_with(".md") || path.ends_with(".markdown");
}

}  // namespace lockstep::config
