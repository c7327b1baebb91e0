#include "src/pipeline/expression/name_scan.hpp"

#include <algorithm>
#include <numeric>

namespace lockstep {
namespace {

bool isSymbol(const Token& token, std::string_view symbol) {
  return token.kind == TokenKind::kSymbol && token.text == symbol;
}

// Not a field (`a.name`, `a:name`), not a key of a table that is being written (`{name = 1}`).
bool isFreeName(std::span<const Token> tokens, std::size_t at) {
  const Token& token = tokens[at];
  if (token.kind != TokenKind::kName || isKeyword(token.text)) return false;
  if (at == 0) return true;
  const Token& before = tokens[at - 1];
  if (isSymbol(before, ".") || isSymbol(before, ":")) return false;
  const bool in_table = isSymbol(before, "{") || isSymbol(before, ",") || isSymbol(before, ";");
  return !(in_table && isSymbol(tokens[at + 1], "="));
}

std::string fieldBehind(std::span<const Token> tokens, std::size_t at) {
  if (isSymbol(tokens[at + 1], ".") && tokens[at + 2].kind == TokenKind::kName) {
    return std::string(tokens[at + 2].text);
  }
  if (isSymbol(tokens[at + 1], "[") && tokens[at + 2].kind == TokenKind::kString &&
      isSymbol(tokens[at + 3], "]")) {
    return tokens[at + 2].string;
  }
  return {};
}

std::size_t editDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

}  // namespace

std::vector<ExpressionRead> scanReads(std::span<const Token> tokens,
                                      std::span<const std::string> variables) {
  std::vector<ExpressionRead> reads;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (!isFreeName(tokens, i)) continue;
    if (std::find(variables.begin(), variables.end(), tokens[i].text) == variables.end()) continue;
    reads.push_back({std::string(tokens[i].text), fieldBehind(tokens, i)});
  }
  std::sort(reads.begin(), reads.end());
  reads.erase(std::unique(reads.begin(), reads.end()), reads.end());
  return reads;
}

const Token* findUnknownName(std::span<const Token> tokens,
                             const std::function<bool(std::string_view)>& known) {
  const bool declares = std::any_of(tokens.begin(), tokens.end(), [](const Token& token) {
    return token.kind == TokenKind::kName && token.text == "function";
  });
  if (declares) return nullptr;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (isFreeName(tokens, i) && !known(tokens[i].text)) return &tokens[i];
  }
  return nullptr;
}

std::string nearestName(std::string_view name, std::span<const std::string> candidates) {
  std::string nearest;
  std::size_t distance = name.size() / 3 + 2;  // farther ones are other words
  for (const auto& candidate : candidates) {
    const auto found = editDistance(name, candidate);
    if (found < distance) {
      distance = found;
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace lockstep
