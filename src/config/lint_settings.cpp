#include <algorithm>
#include <cctype>
#include <charconv>

#include <fmt/format.h>

#include "src/config/choices.hpp"
#include "src/config/names.hpp"
#include "src/config/structure_lint.hpp"

namespace lockstep::config {
namespace {

/// Where a setting is written; the top of the file for one that is not.
Place placeOf(const ApplicationConfig& config, std::string_view path) {
  const auto found = config.places.find(path);
  return found == config.places.end() ? Place{} : found->second;
}

void lintApplicationName(const ApplicationConfig& config, Diagnostics& diagnostics) {
  const SourceText& name = config.application;
  if (name.empty()) return;  // missing: reported by the reader
  const auto problem = applicationNameProblem(name.text);
  if (problem.empty()) return;
  diagnostics.error("E018", name.place,
                    fmt::format("'{}' is no legal application name: {}", name.written, problem),
                    "it becomes part of topic names, the transactional.id and the state folder");
}

/// A setting that is known, and read, but that nothing acts on: refused rather than ignored.
void notYet(const ApplicationConfig& config, std::string_view path, std::string_view what,
            Diagnostics& diagnostics) {
  diagnostics.error("E013", placeOf(config, path),
                    fmt::format("{}: {} is not in this version", path, what), "remove the line");
}

void lintLaterSettings(const ApplicationConfig& config, Diagnostics& diagnostics) {
  if (config.state.snapshots) {
    notYet(config, "state.snapshots", "keeping snapshots of the state folder", diagnostics);
  }
}

void lintGuarantee(const ApplicationConfig& config, Diagnostics& diagnostics) {
  if (config.guarantee != Guarantee::kAtLeastOnce) return;
  diagnostics.warning("W061", placeOf(config, "guarantee"),
                      "at_least_once: after a crash output records may come twice and counts too "
                      "high, and nothing fences a second instance",
                      "run one instance only; or remove the line: exactly_once is the default");
}

void lintDeadLetters(const ApplicationConfig& config, Diagnostics& diagnostics) {
  const ErrorsConfig& errors = config.errors;
  const auto needs_topic = [&](std::string_view path, bool dead_letter) {
    if (!dead_letter || config.places.contains("errors.dead_letter_topic")) return;
    diagnostics.error(
        "E050", placeOf(config, path), fmt::format("{}: dead_letter needs a topic", path),
        fmt::format("add  dead_letter_topic: {}.dlq  to 'errors'", config.application.written));
  };
  needs_topic("errors.decode", errors.decode == ErrorPolicy::kDeadLetter);
  needs_topic("errors.eval", errors.eval == ErrorPolicy::kDeadLetter);
  needs_topic("errors.produce", errors.produce == ErrorPolicy::kDeadLetter);
  needs_topic("errors.late", errors.late == LatePolicy::kDeadLetter);
  const bool used =
      errors.late == LatePolicy::kDeadLetter || errors.decode == ErrorPolicy::kDeadLetter ||
      errors.eval == ErrorPolicy::kDeadLetter || errors.produce == ErrorPolicy::kDeadLetter;
  if (!used && errors.dead_letter_topic) {
    diagnostics.warning("W050", placeOf(config, "errors.dead_letter_topic"),
                        "errors.dead_letter_topic is never written: no error is a dead letter",
                        "add  decode: dead_letter, eval: dead_letter  to 'errors'");
  }
}

void lintSecurity(const ApplicationConfig& config, Diagnostics& diagnostics) {
  const SecurityConfig& security = config.kafka.security;
  const bool sasl = security.protocol == SecurityProtocol::kSaslPlaintext ||
                    security.protocol == SecurityProtocol::kSaslSsl;
  if (sasl && !config.places.contains("kafka.security.mechanism")) {
    diagnostics.error(
        "E009", placeOf(config, "kafka.security.protocol"),
        fmt::format("kafka.security.protocol {} needs 'mechanism'", nameOf(security.protocol)),
        "as in  mechanism: SCRAM-SHA-512");
  }
  if (sasl) return;
  for (const std::string_view key : {"mechanism", "username", "password"}) {
    const auto path = fmt::format("kafka.security.{}", key);
    if (!config.places.contains(path)) continue;
    diagnostics.error("E015", placeOf(config, path),
                      fmt::format("{} has no effect with protocol {}: there is no login", path,
                                  nameOf(security.protocol)),
                      "write  protocol: sasl_ssl, or remove the line");
  }
}

void lintRate(const ApplicationConfig& config, Diagnostics& diagnostics) {
  if (config.rate.backpressure == Backpressure::kPid) return;
  for (const std::string_view path : {"rate.initial", "rate.pid.proportional", "rate.pid.integral",
                                      "rate.pid.derived", "rate.pid.min_rate"}) {
    if (!config.places.contains(path)) continue;
    diagnostics.error("E015", placeOf(config, path),
                      fmt::format("{} has no effect without backpressure", path),
                      "write  backpressure: pid  beside it, or remove the line");
  }
}

void lintStopMarker(const ApplicationConfig& config, Diagnostics& diagnostics) {
  constexpr std::string_view kPoll = "control.stop_marker.poll";
  if (config.stop_marker.file || !config.places.contains(kPoll)) return;
  diagnostics.error("E015", placeOf(config, kPoll),
                    fmt::format("{} has no effect without a file", kPoll),
                    "write  file: /run/my-app.stop  beside it, or remove the line");
}

void lintListen(const ApplicationConfig& config, Diagnostics& diagnostics) {
  if (!config.http_listen) return;
  const std::string& listen = *config.http_listen;
  const auto colon = listen.rfind(':');
  unsigned port = 65536;
  if (colon != std::string::npos && colon + 1 < listen.size()) {
    const char* end = listen.data() + listen.size();
    const auto parsed = std::from_chars(listen.data() + colon + 1, end, port);
    if (parsed.ec != std::errc{} || parsed.ptr != end) port = 65536;
  }
  if (colon != std::string::npos && colon > 0 && port <= 65535) {
    return notYet(config, "http.listen", "the admin server", diagnostics);
  }
  diagnostics.error("E014", placeOf(config, "http.listen"), "http.listen needs host:port",
                    "as in  listen: \"127.0.0.1:8080\"");
}

void countWord(std::string_view text, std::string_view word, std::size_t& count) {
  const auto part = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
  };
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const auto end = at + word.size();
    if ((at == 0 || !part(text[at - 1])) && (end == text.size() || !part(text[end]))) ++count;
  }
}

}  // namespace

void lintFunctions(const ApplicationConfig& config, Diagnostics& diagnostics) {
  if (!config.functions) return;
  constexpr std::string_view kKeyword = "function ";
  const std::string_view source = config.functions->text;
  for (auto at = source.find(kKeyword); at != source.npos; at = source.find(kKeyword, at + 1)) {
    const auto begin = source.find_first_not_of(' ', at + kKeyword.size());
    const auto end = begin == source.npos ? begin : source.find_first_of(" (.:\n", begin);
    if (end == source.npos || end == begin) continue;
    const auto name = source.substr(begin, end - begin);
    std::size_t uses = 0;
    countWord(source, name, uses);
    if (uses > 0) --uses;  // its own declaration
    for (const StreamConfig& stream : config.streams) {
      for (const StepConfig& step : stream.steps) {
        for (const StepOption& option : step.options) countWord(option.value.text, name, uses);
      }
    }
    if (uses > 0) continue;
    diagnostics.warning("W023", config.functions->at(begin, name.size()),
                        fmt::format("no expression uses the function '{}'", name),
                        "remove it, or check the spelling where it should be called");
  }
}

void lintProgramSettings(const ApplicationConfig& config, bool has_streams,
                         Diagnostics& diagnostics) {
  lintSettings(config, diagnostics);
  if (has_streams || !config.functions) return;
  diagnostics.error("E015", placeOf(config, "functions"),
                    "functions has no effect in a C++ program: it serves expressions of the file",
                    "remove it, and write the functions in C++");
}

void lintSettings(const ApplicationConfig& config, Diagnostics& diagnostics) {
  lintApplicationName(config, diagnostics);
  lintLaterSettings(config, diagnostics);
  lintRate(config, diagnostics);
  lintGuarantee(config, diagnostics);
  lintDeadLetters(config, diagnostics);
  lintSecurity(config, diagnostics);
  lintListen(config, diagnostics);
  lintStopMarker(config, diagnostics);
}

void lintStructure(const ApplicationConfig& config, Diagnostics& diagnostics) {
  lintSettings(config, diagnostics);
  lintFunctions(config, diagnostics);
  lintGraph(config, diagnostics);
  lintTables(config, diagnostics);
  lintSteps(config, diagnostics);
  lintTests(config, diagnostics);
}

}  // namespace lockstep::config
