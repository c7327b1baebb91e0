#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include <lockstep/base/units.hpp>

#include "src/config/choices.hpp"
#include "src/config/diagnostic.hpp"
#include "src/config/node.hpp"
#include "src/config/secret.hpp"

namespace lockstep::config {

/// Turns scalars into values, strictly: no yes/no for a boolean, no octal, no number without its
/// unit. `path` names the setting in messages. Every function returns false after it has reported a
/// mistake, and then leaves `out` alone.
class ValueReader {
 public:
  explicit ValueReader(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  bool read(const Node& node, std::string_view path, std::string& out);
  bool read(const Node& node, std::string_view path, SourceText& out);
  bool read(const Node& node, std::string_view path, Secret& out);
  bool read(const Node& node, std::string_view path, bool& out);
  bool read(const Node& node, std::string_view path, std::uint64_t& out);
  bool read(const Node& node, std::string_view path, double& out);
  bool read(const Node& node, std::string_view path, Duration& out);
  bool read(const Node& node, std::string_view path, Bytes& out);

  template <class T>
  bool read(const Node& node, std::string_view path, std::optional<T>& out) {
    T value{};
    if (!read(node, path, value)) return false;
    out = std::move(value);
    return true;
  }

  template <class E>
  requires std::is_enum_v<E>
  bool read(const Node& node, std::string_view path, E& out) {
    std::size_t index = 0;
    if (!readChoice(node, path, choiceNames(E{}), index)) return false;
    out = static_cast<E>(index);
    return true;
  }

  /// A number of shards: E031 outside of 1 to kParallelismMax.
  bool readShards(const Node& node, std::string_view path, std::uint64_t& out);

  /// Finds the scalar among `names`.
  bool readChoice(const Node& node, std::string_view path, Names names, std::size_t& index);

  [[nodiscard]] Diagnostics& diagnostics() { return diagnostics_; }

 private:
  /// True when the node is a scalar whose substitutions worked.
  bool expectScalar(const Node& node, std::string_view path, std::string_view wanted);
  void wrong(std::string_view code, const Node& node, std::string what, std::string help);

  Diagnostics& diagnostics_;
};

/// The text of a scalar for a message: as written, so that no substituted value shows.
[[nodiscard]] std::string shown(const SourceText& text);

/// yes, no, on, off, True...: what YAML 1.1 took for a boolean, and we do not.
[[nodiscard]] bool looksBoolean(std::string_view text);
/// 017: octal to YAML 1.1, seventeen to everyone else.
[[nodiscard]] bool looksOctal(std::string_view text);

}  // namespace lockstep::config
