#include "src/config/value_reader.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "src/config/operator_kind.hpp"
#include "src/config/suggest.hpp"

namespace lockstep::config {
namespace {

bool isDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](unsigned char c) { return std::isdigit(c) != 0; });
}

/// Helps for "no unit": the number that was written, with the unit that was probably meant.
std::string withUnits(const SourceText& text, std::string_view units) {
  if (text.substituted || !isDigits(text.text)) return {};
  std::string help = "write ";
  for (bool first = true; !units.empty(); first = false) {
    const auto unit = units.substr(0, units.find(' '));
    units.remove_prefix(std::min(units.size(), unit.size() + 1));
    help += fmt::format("{}{}{}", first ? "" : units.empty() ? " or " : ", ", text.text, unit);
  }
  return help;
}

}  // namespace

std::string shown(const SourceText& text) { return text.written; }

bool looksBoolean(std::string_view text) {
  constexpr std::array<std::string_view, 8> kWords{"yes", "no", "on",   "off",
                                                   "y",   "n",  "true", "false"};
  std::string folded(text);
  for (char& c : folded) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text != "true" && text != "false" &&
         std::find(kWords.begin(), kWords.end(), folded) != kWords.end();
}

bool looksOctal(std::string_view text) {
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  return text.size() > 1 && text[0] == '0' && isDigits(text);
}

void ValueReader::wrong(std::string_view code, const Node& node, std::string what,
                        std::string help) {
  diagnostics_.error(code, node.place, std::move(what), std::move(help));
}

bool ValueReader::expectScalar(const Node& node, std::string_view path, std::string_view wanted) {
  if (node.isScalar()) return !node.scalar.failed;
  wrong("E008", node, fmt::format("{} needs {}; found {}", path, wanted, node.kindName()), {});
  return false;
}

bool ValueReader::read(const Node& node, std::string_view path, SourceText& out) {
  if (!expectScalar(node, path, "a text")) return false;
  if (node.scalar.empty()) {
    wrong("E014", node, fmt::format("{} is empty", path), {});
    return false;
  }
  out = node.scalar;
  return true;
}

bool ValueReader::read(const Node& node, std::string_view path, std::string& out) {
  SourceText text;
  if (!read(node, path, text)) return false;
  out = std::move(text.text);
  return true;
}

bool ValueReader::read(const Node& node, std::string_view path, Secret& out) {
  if (!expectScalar(node, path, "a text")) return false;
  out = Secret(node.scalar.text);
  return true;
}

bool ValueReader::read(const Node& node, std::string_view path, bool& out) {
  if (!expectScalar(node, path, "true or false")) return false;
  const std::string& text = node.scalar.text;
  if (text == "true" || text == "false") {
    out = text == "true";
    return true;
  }
  wrong(looksBoolean(text) ? "E004" : "E014", node,
        fmt::format("{} is '{}'; allowed are true and false", path, shown(node.scalar)), {});
  return false;
}

bool ValueReader::read(const Node& node, std::string_view path, std::uint64_t& out) {
  if (!expectScalar(node, path, "a whole number")) return false;
  const std::string& text = node.scalar.text;
  if (looksOctal(text)) {
    const auto digits = text.find_first_not_of("+-0");
    wrong("E004", node,
          fmt::format("{} is '{}': a leading zero makes it octal to some readers", path,
                      shown(node.scalar)),
          node.scalar.substituted || digits == std::string::npos
              ? "write the number without leading zeros"
              : fmt::format("write {}", text.substr(digits)));
    return false;
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    wrong(
        "E014", node,
        fmt::format("{} is '{}'; a whole number of at least 0 is needed", path, shown(node.scalar)),
        {});
    return false;
  }
  out = value;
  return true;
}

bool ValueReader::read(const Node& node, std::string_view path, double& out) {
  if (!expectScalar(node, path, "a number")) return false;
  const std::string& text = node.scalar.text;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) {
    wrong("E014", node, fmt::format("{} is '{}'; a number is needed", path, shown(node.scalar)),
          "for example 0.5");
    return false;
  }
  out = value;
  return true;
}

bool ValueReader::read(const Node& node, std::string_view path, Duration& out) {
  if (!expectScalar(node, path, "a duration")) return false;
  const auto parsed = parseDuration(node.scalar.text);
  if (parsed.ok()) {
    out = *parsed;
    return true;
  }
  auto help = withUnits(node.scalar, "ms s m");
  if (help.empty()) help = parsed.status().info().help;
  wrong("E006", node,
        node.scalar.substituted
            ? fmt::format("{}: the value of '{}' is no duration", path, shown(node.scalar))
            : fmt::format("{}: {}", path, parsed.status().message()),
        std::move(help));
  return false;
}

bool ValueReader::read(const Node& node, std::string_view path, Bytes& out) {
  if (!expectScalar(node, path, "a size")) return false;
  const auto parsed = parseBytes(node.scalar.text);
  if (parsed.ok()) {
    out = *parsed;
    return true;
  }
  auto help = withUnits(node.scalar, "B KiB MiB GiB");
  if (help.empty()) help = parsed.status().info().help;
  wrong("E006", node,
        node.scalar.substituted
            ? fmt::format("{}: the value of '{}' is no size", path, shown(node.scalar))
            : fmt::format("{}: {}", path, parsed.status().message()),
        std::move(help));
  return false;
}

bool ValueReader::readShards(const Node& node, std::string_view path, std::uint64_t& out) {
  std::uint64_t count = 0;
  if (!read(node, path, count)) return false;
  if (count > 0 && count <= kParallelismMax) {
    out = count;
    return true;
  }
  wrong("E031", node, fmt::format("{} {} is out of range", path, count),
        fmt::format("allowed: 1 to {}", kParallelismMax));
  return false;
}

bool ValueReader::readChoice(const Node& node, std::string_view path, Names names,
                             std::size_t& index) {
  const std::vector<std::string_view> list(names.begin(), names.end());
  if (!expectScalar(node, path, list.size() == 1 ? list[0] : "one of " + listed(list)))
    return false;
  const auto found = std::find(names.begin(), names.end(), std::string_view(node.scalar.text));
  if (found == names.end()) {
    const auto near = node.scalar.substituted ? "" : didYouMean(node.scalar.text, list);
    const auto what = fmt::format("{} is '{}'", path, shown(node.scalar));
    if (near.empty()) {
      wrong("E011", node, what, fmt::format("allowed: {}", listed(list)));
    } else {
      wrong("E011", node, fmt::format("{}; allowed: {}", what, listed(list)), near);
    }
    return false;
  }
  index = static_cast<std::size_t>(found - names.begin());
  return true;
}

}  // namespace lockstep::config
