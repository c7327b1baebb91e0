#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "src/pipeline/expression/value.hpp"

namespace lockstep {

enum class TokenKind : std::uint8_t {
  kName,     ///< also the keywords
  kNumber,   ///< `number` holds it
  kString,   ///< `string` holds what it stands for
  kSymbol,   ///< an operator or a bracket
  kForeign,  ///< legal or not, nothing the native parser reads: a long string, a bad character
  kEnd,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string_view text;   ///< as written; a view of the source
  std::size_t offset = 0;  ///< of its first byte in the source
  Value number;
  std::string string;
};

/// Cuts a Lua expression into tokens, the last of which is kEnd. Comments are dropped. Never fails:
/// what is no token becomes kForeign.
[[nodiscard]] std::vector<Token> tokenize(std::string_view source);

/// Whether `name` is a keyword of Lua.
[[nodiscard]] bool isKeyword(std::string_view name);

}  // namespace lockstep
