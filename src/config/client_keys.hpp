#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "src/config/diagnostic.hpp"
#include "src/config/model.hpp"
#include "src/config/node.hpp"

namespace lockstep::config {

/// Which client a librdkafka key is for.
enum class ClientScope { kBoth, kConsumer, kProducer };
enum class ClientKeyType { kNumber, kBoolean, kText };

/// What `kafka.client` does with one key of librdkafka. Keys without a row are refused as unknown.
struct ClientKeyRule {
  std::string_view name;
  ClientScope scope = ClientScope::kBoth;
  ClientKeyType type = ClientKeyType::kNumber;
  /// Empty: the key may be set. Otherwise it carries the guarantee or has a setting of its own;
  /// this says which (E061).
  std::string_view refused_because{};
};

/// The allow-list, sorted by name.
[[nodiscard]] std::span<const ClientKeyRule> clientKeyTable();
/// Null for unknown keys.
[[nodiscard]] const ClientKeyRule* findClientKey(std::string_view name);

/// Reads `kafka.client`; only allowed keys with values of their type get into `keys`.
void readClientKeys(const Node& map, std::vector<ClientKey>& keys, Diagnostics& diagnostics);

}  // namespace lockstep::config
