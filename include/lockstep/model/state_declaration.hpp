#pragma once

#include <cstdint>
#include <string>

namespace lockstep {

/// What one stateful operator's state is: its identity, and the signature that decides whether a
/// new graph may read old state (docs/formats.md, "Signatures").
struct StateDeclaration {
  std::string id;
  std::uint32_t shards = 1;
  std::string kind;      ///< the operator: "updateStateByKey"
  std::string key_type;  ///< "string", "long", "value", ...
  std::string value_type;
  std::string reduction;  ///< name of a built-in reduction, or ""

  bool operator==(const StateDeclaration&) const = default;
};

/// What keeps the operator `declared` from reading the state of `stored`, which has the same id:
/// "value type: was long, is double"; "" when nothing does.
[[nodiscard]] std::string difference(const StateDeclaration& stored,
                                     const StateDeclaration& declared);

}  // namespace lockstep
