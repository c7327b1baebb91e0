#include "src/config/overrides.hpp"

#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "src/config/yaml_reader.hpp"

namespace lockstep::config {
namespace {

struct Part {
  std::string text;
  Place place;
};

std::vector<Part> splitPath(std::string_view path, std::uint32_t source) {
  constexpr std::string_view kClient = "kafka.client.";
  std::vector<Part> parts;
  std::size_t begin = 0;
  while (begin <= path.size()) {
    const bool whole_key = begin == kClient.size() && path.substr(0, begin) == kClient;
    const auto dot = whole_key ? std::string_view::npos : path.find('.', begin);
    const std::size_t end = dot == std::string_view::npos ? path.size() : dot;
    const auto column = static_cast<std::uint32_t>(begin + 1);
    parts.push_back({std::string(path.substr(begin, end - begin)),
                     {source, 1, column, static_cast<std::uint32_t>(end + 1)}});
    begin = end + 1;
  }
  return parts;
}

/// The place for `part` below `node`; made when it is a map without that key. Null otherwise.
Node* step(Node& node, const Part& part) {
  if (node.isList()) {
    std::size_t index = 0;
    const char* end = part.text.data() + part.text.size();
    const auto parsed = std::from_chars(part.text.data(), end, index);
    const bool valid = parsed.ec == std::errc{} && parsed.ptr == end && index < node.items.size();
    return valid ? &node.items[index] : nullptr;
  }
  if (node.isNull()) {
    node.kind = Node::Kind::kMap;
    node.place = part.place;
  }
  if (!node.isMap()) return nullptr;
  if (Node* found = node.find(part.text)) return found;
  NodeEntry entry;
  entry.key.text = entry.key.written = part.text;
  entry.key.place = entry.key.content = part.place;
  entry.value.place = part.place;
  node.entries.push_back(std::move(entry));
  return &node.entries.back().value;
}

std::optional<Node> readValue(std::uint32_t source, std::size_t begin, Diagnostics& diagnostics) {
  const std::string& text = diagnostics.source(source).text();
  if (text.find_first_not_of(' ', begin) != std::string::npos) {
    return readYamlValue(diagnostics, source, begin);
  }
  Node empty;  // `--set path=`
  empty.kind = Node::Kind::kScalar;
  const auto column = static_cast<std::uint32_t>(begin + 1);
  empty.place = empty.scalar.place = {source, 1, column, column + 1};
  return empty;
}

void applyOne(const std::string& argument, Node& root, Diagnostics& diagnostics) {
  const std::uint32_t source = diagnostics.addSource("--set", argument);
  const auto equals = argument.find('=');
  if (equals == std::string::npos || equals == 0) {
    diagnostics.error("E016", {source, 1, 1, 2}, "--set needs path=value",
                      "as in  --set batch.interval=1s");
    return;
  }
  const auto value = readValue(source, equals + 1, diagnostics);
  if (!value) return;
  Node* target = &root;
  for (const Part& part : splitPath(std::string_view(argument).substr(0, equals), source)) {
    target = step(*target, part);
    if (target == nullptr || part.text.empty()) {
      diagnostics.error("E016", part.place,
                        fmt::format("--set: there is nothing named '{}' here", part.text),
                        "a path consists of keys, and of numbers from 0 within lists");
      return;
    }
  }
  *target = *value;
}

}  // namespace

void applyOverrides(const std::vector<std::string>& arguments, Node& root,
                    Diagnostics& diagnostics) {
  for (const std::string& argument : arguments) applyOne(argument, root, diagnostics);
}

}  // namespace lockstep::config
