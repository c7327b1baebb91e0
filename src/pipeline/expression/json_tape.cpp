#include "src/pipeline/expression/json_tape.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include <simdjson.h>

#include "src/pipeline/expression/json_scalar.hpp"
#include "src/pipeline/expression/value.hpp"

namespace lockstep {

namespace {

// As deep as simdjson's own parsers go: more is a mistake, or an attack.
constexpr std::size_t kJsonDepthMax = 1024;
// Numbers with fewer digits before the point, and without an exponent, are finite.
constexpr std::ptrdiff_t kSafeDigits = 300;
constexpr std::ptrdiff_t kIntegerDigits = 19;

// One per thread: its buffers stay, so a steady stream of documents allocates nothing.
struct Scanner {
  simdjson::dom::parser parser;
  std::array<JsonItem*, kJsonDepthMax> open{};  // the containers around the present place

  // The places of the text's structure: brackets, colons, commas, and the first bytes of strings,
  // numbers and words.
  std::span<std::uint32_t> scan(std::string_view text) {
    if (parser.capacity() < text.size()) {
      checkJson(parser.allocate(std::max<std::size_t>(2 * text.size(), 4096), kJsonDepthMax));
    }
    auto& found = *parser.implementation;
    checkJson(found.stage1(reinterpret_cast<const std::uint8_t*>(text.data()), text.size(),
                           simdjson::stage1_mode::regular));
    return {found.structural_indexes.get(), found.n_structural_indexes};  // not empty
  }
};

Scanner& scanner() {
  thread_local Scanner instance;
  return instance;
}

constexpr bool isDigit(char c) { return c >= '0' && c <= '9'; }

constexpr auto kEndsWord = [] {  // what may stand behind a number or a word
  std::array<bool, 256> ends{};
  for (const char c : {',', '}', ']', ':', ' ', '\n', '\r', '\t'}) {
    ends[static_cast<unsigned char>(c)] = true;
  }
  return ends;
}();

void require(bool holds, simdjson::error_code error = simdjson::TAPE_ERROR) {
  if (!holds) [[unlikely]]
    checkJson(error);
}

/// The walk over the places. No place lies behind the last one, a closing bracket: it is there
/// twice, and only close() moves on from it.
class Walk {
 public:
  Walk(std::string_view text, std::span<std::uint32_t> places, Scanner& scanner, JsonItem* items)
      : text_(text),
        at_(places.data()),
        last_(places.data() + places.size()),
        open_(scanner.open.data()),
        open_end_(scanner.open.data() + scanner.open.size()),
        next_(items),
        has_escapes_(std::memchr(text.data(), '\\', text.size()) != nullptr) {
    *last_ = places.back();  // simdjson has room for it, and keeps the text's length there
  }

  /// Behind the last item.
  JsonItem* run() {
    open();
    bool ends = charAt() == closer_;
    for (;;) {
      if (ends) {
        if (close()) break;
      } else {
        if (closer_ == '}') name();
        if (charAt() == '{' || charAt() == '[') {
          open();
          ends = charAt() == closer_;
          continue;
        }
        scalar();
      }
      ends = !comma();
    }
    require(at_ == last_, simdjson::TRAILING_CONTENT);
    return next_;
  }

 private:
  [[nodiscard]] char charAt() const { return text_[*at_]; }

  JsonItem& add(JsonKind kind, std::size_t begin, std::size_t end) {
    *next_ = {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end), 1, kind, false};
    return *next_++;
  }

  void open() {
    require(open_ != open_end_, simdjson::DEPTH_ERROR);
    const bool is_object = charAt() == '{';
    closer_ = is_object ? '}' : ']';
    *open_++ = &add(is_object ? JsonKind::kObject : JsonKind::kArray, *at_++, 0);
  }

  /// Whether it was the outermost.
  bool close() {
    require(at_ != last_);
    JsonItem& closed = **--open_;
    closed.end = *at_++ + 1;
    closed.span = static_cast<std::uint32_t>(next_ - &closed);
    if (closed.begin == 0) return true;
    closer_ = open_[-1]->kind == JsonKind::kObject ? '}' : ']';
    return false;
  }

  /// False at the end of the container.
  bool comma() {
    const char c = charAt();
    if (c == ',') [[likely]] {
      ++at_;
      return true;
    }
    require(c == closer_);
    return false;
  }

  void name() {
    require(charAt() == '"');
    string();
    require(charAt() == ':');
    ++at_;
  }

  void scalar() {
    const char c = charAt();
    if (c == '"') return string();
    if (c == '-' || isDigit(c)) return number();
    if (c == 't') return word("true", JsonKind::kTrue, simdjson::T_ATOM_ERROR);
    if (c == 'f') return word("false", JsonKind::kFalse, simdjson::F_ATOM_ERROR);
    require(c == 'n');
    word("null", JsonKind::kNull, simdjson::N_ATOM_ERROR);
  }

  // Only blanks can stand between a string and the next place.
  void string() {
    const std::size_t begin = *at_++ + 1;
    std::size_t end = *at_ - 1;
    while (text_[end] != '"') --end;
    JsonItem& item = add(JsonKind::kString, begin, end);
    if (has_escapes_ && std::memchr(text_.data() + begin, '\\', end - begin) != nullptr) {
      item.escaped = true;
      (void)unescapeJson(item.of(text_));
    }
  }

  void word(std::string_view expected, JsonKind kind, simdjson::error_code error) {
    const std::size_t begin = *at_++;
    require(text_.substr(begin, expected.size()) == expected, error);
    const std::size_t end = begin + expected.size();
    require(end < text_.size() && endsAt(text_.data() + end), error);
    add(kind, begin, end);
  }

  // The text ends with a bracket, so every loop over digits ends before it does.
  void number() {
    const std::size_t begin = *at_++;
    const char* digits = text_.data() + begin + (text_[begin] == '-' ? 1 : 0);
    const char* end = behindDigits(digits);
    const auto whole = end - digits;
    bool well_formed = whole == 1 || (whole > 1 && *digits != '0');
    bool finite = whole < kSafeDigits;
    auto kind = whole <= kIntegerDigits ? JsonKind::kInteger : JsonKind::kNumber;
    if (*end == '.') {
      const char* fraction = end + 1;
      end = behindDigits(fraction);
      well_formed = well_formed && end != fraction;
      kind = JsonKind::kNumber;
    }
    if (*end == 'e' || *end == 'E') [[unlikely]] {
      const char* exponent = end + (end[1] == '+' || end[1] == '-' ? 2 : 1);
      end = behindDigits(exponent);
      well_formed = well_formed && end != exponent;
      kind = JsonKind::kNumber;
      finite = false;  // perhaps
    }
    require(well_formed && endsAt(end), simdjson::NUMBER_ERROR);
    const JsonItem& item = add(kind, begin, static_cast<std::size_t>(end - text_.data()));
    if (!finite) (void)jsonNumber(item.of(text_));
  }

  static const char* behindDigits(const char* at) {
    while (isDigit(*at)) ++at;
    return at;
  }
  static bool endsAt(const char* at) { return kEndsWord[static_cast<unsigned char>(*at)]; }

  const std::string_view text_;
  std::uint32_t* at_;  ///< the present place
  std::uint32_t* const last_;
  JsonItem** open_;  ///< behind the innermost container
  JsonItem** const open_end_;
  JsonItem* next_;
  char closer_ = 0;  ///< of the innermost container
  const bool has_escapes_;
};

}  // namespace

std::span<const JsonItem> readJsonItems(std::string_view text, Arena& arena) {
  Scanner& scan = scanner();
  const auto places = scan.scan(text);
  // So no string or number is the last thing in the text.
  const char last = text.back();
  require((last == '}' || last == ']') && places.back() + 1 == text.size());
  const auto room = allocateArray<JsonItem>(arena, places.size());  // never more items than places
  const JsonItem* end = Walk(text, places, scan, room.data()).run();
  auto used = arena.mark();
  used.used -= static_cast<std::size_t>(room.data() + room.size() - end) * sizeof(JsonItem);
  arena.rollback(used);
  return {room.data(), end};
}

}  // namespace lockstep
