#include "src/pipeline/expression/lexer.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "src/pipeline/expression/number.hpp"

namespace lockstep {
namespace {

bool isDecimalDigit(char c) { return c >= '0' && c <= '9'; }
bool isLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool isHexDigit(char c) {
  return isDecimalDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) {}

  std::vector<Token> run() {
    std::vector<Token> tokens;
    do {
      tokens.push_back(next());
    } while (tokens.back().kind != TokenKind::kEnd);
    return tokens;
  }

 private:
  char at(std::size_t offset) const { return offset < source_.size() ? source_[offset] : '\0'; }

  Token next() {
    skipBlanks();
    Token token;
    token.offset = at_;
    if (at_ >= source_.size()) return token;
    const char c = source_[at_];
    if (isLetter(c)) {
      token.kind = TokenKind::kName;
      while (isLetter(at(at_)) || isDecimalDigit(at(at_))) ++at_;
    } else if (isDecimalDigit(c) || (c == '.' && isDecimalDigit(at(at_ + 1)))) {
      readNumber(token);
    } else if (c == '"' || c == '\'') {
      readString(token);
    } else if (const auto size = longBracket(at_); size > 0) {
      token.kind = TokenKind::kForeign;
      skipLongBracket(size);
    } else {
      readSymbol(token);
    }
    token.text = source_.substr(token.offset, at_ - token.offset);
    return token;
  }

  void skipBlanks() {
    for (;;) {
      while (at_ < source_.size() && isBlank(source_[at_])) ++at_;
      if (at(at_) != '-' || at(at_ + 1) != '-') return;
      at_ += 2;
      if (const auto size = longBracket(at_); size > 0) {
        skipLongBracket(size);
      } else {
        while (at_ < source_.size() && source_[at_] != '\n') ++at_;
      }
    }
  }

  // The size of "[[" or "[==[" at `offset`, 0 if there is none.
  std::size_t longBracket(std::size_t offset) const {
    if (at(offset) != '[') return 0;
    std::size_t end = offset + 1;
    while (at(end) == '=') ++end;
    return at(end) == '[' ? end + 1 - offset : 0;
  }

  void skipLongBracket(std::size_t size) {
    const std::string close = "]" + std::string(size - 2, '=') + "]";
    const auto end = source_.find(close, at_ + size);
    at_ = end == std::string_view::npos ? source_.size() : end + close.size();
  }

  void readNumber(Token& token) {
    const std::size_t start = at_;
    const bool hex = at(at_) == '0' && (at(at_ + 1) == 'x' || at(at_ + 1) == 'X');
    for (;; ++at_) {
      const char c = at(at_);
      const char before = at_ > start ? source_[at_ - 1] : '\0';
      const bool exponent = hex ? before == 'p' || before == 'P' : before == 'e' || before == 'E';
      if ((c == '+' || c == '-') && exponent) continue;
      if (!isDecimalDigit(c) && !isLetter(c) && c != '.') break;
    }
    const auto number = parseNumber(source_.substr(start, at_ - start));
    token.kind = number ? TokenKind::kNumber : TokenKind::kForeign;
    if (number) token.number = *number;
  }

  void readString(Token& token) {
    const char quote = source_[at_++];
    token.kind = TokenKind::kForeign;
    for (;;) {
      if (at_ >= source_.size() || source_[at_] == '\n') return;
      const char c = source_[at_++];
      if (c == quote) break;
      if (c != '\\') {
        token.string += c;
      } else if (!readEscape(token.string)) {
        // Rarer escapes are Lua's business; only the end of the string matters here.
        while (at_ < source_.size() && source_[at_] != quote && source_[at_] != '\n') {
          at_ += source_[at_] == '\\' ? 2 : 1;
        }
        at_ = std::min(at_ + 1, source_.size());
        return;
      }
    }
    token.kind = TokenKind::kString;
  }

  bool readEscape(std::string& out) {
    constexpr std::string_view kLetters = "abfnrtv\\\"'";
    constexpr std::string_view kMeanings = "\a\b\f\n\r\t\v\\\"'";
    const char c = at(at_);
    if (const auto known = kLetters.find(c); c != '\0' && known != std::string_view::npos) {
      out += kMeanings[known];
      ++at_;
      return true;
    }
    if (c == 'x' && isHexDigit(at(at_ + 1)) && isHexDigit(at(at_ + 2))) {
      out += static_cast<char>(std::stoi(std::string(source_.substr(at_ + 1, 2)), nullptr, 16));
      at_ += 3;
      return true;
    }
    if (!isDecimalDigit(c)) return false;
    int code = 0;
    std::size_t end = at_;
    for (; end < at_ + 3 && isDecimalDigit(at(end)); ++end) code = code * 10 + (at(end) - '0');
    if (code > 255) return false;
    out += static_cast<char>(code);
    at_ = end;
    return true;
  }

  void readSymbol(Token& token) {
    constexpr std::array<std::string_view, 12> kSymbols{
        "...", "..", "==", "~=", "<=", ">=", "//", "::", "<<", ">>", "!=", "&&"};
    token.kind = TokenKind::kSymbol;
    for (const auto symbol : kSymbols) {
      if (source_.substr(at_, symbol.size()) == symbol) {
        at_ += symbol.size();
        return;
      }
    }
    ++at_;
  }

  std::string_view source_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<Token> tokenize(std::string_view source) { return Lexer(source).run(); }

bool isKeyword(std::string_view name) {
  constexpr std::array<std::string_view, 22> kKeywords{
      "and",      "break",  "do",   "else", "elseif", "end",  "false", "for",
      "function", "goto",   "if",   "in",   "local",  "nil",  "not",   "or",
      "repeat",   "return", "then", "true", "until",  "while"};
  return std::find(kKeywords.begin(), kKeywords.end(), name) != kKeywords.end();
}

}  // namespace lockstep
