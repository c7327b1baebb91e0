#include <lockstep/base/log.hpp>

#include <cstdlib>
#include <memory>
#include <string>

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

namespace lockstep::log {
namespace {

spdlog::level::level_enum toSpdlog(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarn:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
    case Level::kOff:
      return spdlog::level::off;
  }
  return spdlog::level::off;
}

/// Escapes what would break a line or a JSON string; the same spelling serves both formats.
std::string escape(std::string_view text, bool json) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (json && (c == '"' || c == '\\')) {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += json ? "\\n" : "\n";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      out += c;
    }
  }
  return out;
}

struct State {
  std::shared_ptr<spdlog::logger> logger;
  bool json = false;
};

State makeState(Format format) {
  State state;
  state.json = format == Format::kJson || (format == Format::kAuto && ::isatty(STDERR_FILENO) == 0);
  if (state.json) {
    state.logger = std::make_shared<spdlog::logger>(
        "lockstep", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    state.logger->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l","message":"%v"})");
  } else {
    auto sink = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
    if (std::getenv("NO_COLOR") != nullptr) sink->set_color_mode(spdlog::color_mode::never);
    state.logger = std::make_shared<spdlog::logger>("lockstep", std::move(sink));
    state.logger->set_pattern("%H:%M:%S.%e %^%-5l%$ %v");
  }
  return state;
}

State& state() {
  static State state = makeState(Format::kAuto);
  return state;
}

}  // namespace

void configure(Level level, Format format) {
  state() = makeState(format);
  state().logger->set_level(toSpdlog(level));
}

bool enabled(Level level) { return state().logger->should_log(toSpdlog(level)); }

void write(Level level, std::string_view message) {
  // Not log(level, "{}", text): that compiles all of fmt's formatting into this file.
  state().logger->log(toSpdlog(level), spdlog::string_view_t(escape(message, state().json)));
}

}  // namespace lockstep::log
