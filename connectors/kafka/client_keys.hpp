#pragma once

#include <span>
#include <string_view>

namespace lockstep::kafka {

enum class ClientKeyScope { kBoth, kInput, kOutput };

/// One librdkafka key that `kafka.client` may or may not set, and why. The authority for the
/// linter.
struct ClientKeyRule {
  std::string_view key;
  bool allowed = false;
  ClientKeyScope scope = ClientKeyScope::kBoth;  ///< which clients receive it
  std::string_view reason;  ///< of a refusal: what the key would break, or what to write instead
};

/// Every key with a decision, sorted by key. Keys outside the table are refused, too.
[[nodiscard]] std::span<const ClientKeyRule> clientKeyRules();
/// The rule of `key`, or null when the table has none.
[[nodiscard]] const ClientKeyRule* findClientKey(std::string_view key);
[[nodiscard]] bool allowedClientKey(std::string_view key);

}  // namespace lockstep::kafka
