#include <lockstep/base/units.hpp>

#include <array>
#include <charconv>
#include <limits>

#include <fmt/format.h>

namespace lockstep {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

// Largest first, so that formatting finds the shortest exact spelling.
constexpr std::array kDurationUnits{Unit{"d", 86'400'000'000'000},
                                    Unit{"h", 3'600'000'000'000},
                                    Unit{"m", 60'000'000'000},
                                    Unit{"s", 1'000'000'000},
                                    Unit{"ms", 1'000'000},
                                    Unit{"us", 1'000},
                                    Unit{"ns", 1}};
constexpr std::array kByteUnits{Unit{"TiB", 1ULL << 40},
                                Unit{"TB", 1'000'000'000'000},
                                Unit{"GiB", 1ULL << 30},
                                Unit{"GB", 1'000'000'000},
                                Unit{"MiB", 1ULL << 20},
                                Unit{"MB", 1'000'000},
                                Unit{"KiB", 1ULL << 10},
                                Unit{"KB", 1'000},
                                Unit{"B", 1}};

template <std::size_t N>
Result<std::uint64_t> parse(std::string_view text, const std::array<Unit, N>& units,
                            std::string_view kind, std::string_view example) {
  const auto fail = [&](std::string_view why) {
    return Status::fatal(ExitCode::kConfiguration, "E006",
                         fmt::format("'{}' is no {}: {}", text, kind, why),
                         fmt::format("write it as {}", example));
  };
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return fail("a whole number and a unit are needed");
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (unit.empty()) return fail("the unit is missing");
  for (const auto& known : units) {
    if (known.name != unit) continue;
    if (number > std::numeric_limits<std::int64_t>::max() / known.factor) return fail("too large");
    return number * known.factor;
  }
  return fail(fmt::format("unknown unit '{}'", unit));
}

template <std::size_t N>
std::string format(std::uint64_t number, const std::array<Unit, N>& units) {
  for (const auto& unit : units) {
    if (number >= unit.factor && number % unit.factor == 0) {
      return fmt::format("{}{}", number / unit.factor, unit.name);
    }
  }
  return fmt::format("0{}", units.back().name == "B" ? "B" : "s");
}

}  // namespace

Result<std::chrono::nanoseconds> parseDuration(std::string_view text) {
  LOCKSTEP_ASSIGN(const auto count,
                  parse(text, kDurationUnits, "duration", "500ms, 10s, 5m, 1h or 7d"));
  return std::chrono::nanoseconds(static_cast<std::int64_t>(count));
}

Result<Bytes> parseBytes(std::string_view text) {
  LOCKSTEP_ASSIGN(const auto count, parse(text, kByteUnits, "size", "64KiB, 500MB or 1GiB"));
  return Bytes{count};
}

std::string formatDuration(std::chrono::nanoseconds duration) {
  return format(static_cast<std::uint64_t>(duration.count()), kDurationUnits);
}

std::string formatBytes(Bytes bytes) { return format(bytes.count, kByteUnits); }

}  // namespace lockstep
