#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "src/config/place.hpp"

namespace lockstep::config {

struct NodeEntry;

/// A YAML value with its place: what the readers of the model work on. Plain and copyable; nothing
/// of yaml-cpp shows. Scalars keep their text; what it means is decided by the setting that reads
/// it.
struct Node {
  enum class Kind { kNull, kScalar, kList, kMap };

  Kind kind = Kind::kNull;
  Place place;                     ///< of the value; of a block map: its first key
  bool flow = false;               ///< a list or map in [ ] or { }
  SourceText scalar;               ///< kScalar
  std::vector<Node> items;         ///< kList
  std::vector<NodeEntry> entries;  ///< kMap, in the order of the file, keys unique

  [[nodiscard]] bool isNull() const { return kind == Kind::kNull; }
  [[nodiscard]] bool isScalar() const { return kind == Kind::kScalar; }
  [[nodiscard]] bool isList() const { return kind == Kind::kList; }
  [[nodiscard]] bool isMap() const { return kind == Kind::kMap; }
  /// The value under `key`; null when this is no map or has no such key.
  [[nodiscard]] const Node* find(std::string_view key) const;
  [[nodiscard]] Node* find(std::string_view key);
  /// "a map", "a list", "a text", "nothing": for messages.
  [[nodiscard]] std::string_view kindName() const;
};

struct NodeEntry {
  SourceText key;
  Node value;
};

}  // namespace lockstep::config
