#include "src/config/diagnostic.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace lockstep::config {
namespace {

std::string_view severityName(Severity severity) {
  return severity == Severity::kError ? "error" : "warning";
}

auto order(const Diagnostic& d) {
  return std::tie(d.place.source, d.place.line, d.place.column, d.severity, d.code, d.what);
}

void printExcerpt(std::string& out, const SourceFile& source, const Place& place,
                  std::string_view behind_caret) {
  if (place.line > source.lineCount()) return;
  const Excerpt excerpt = source.excerpt(place);
  out += fmt::format("{:>5} | {}\n", place.line, excerpt.text);
  out += fmt::format("      | {}{}", std::string(excerpt.caret_begin, ' '),
                     std::string(std::max(1U, excerpt.caret_length), '^'));
  if (!behind_caret.empty()) out += fmt::format(" {}", behind_caret);
  out += '\n';
}

/// Further lines of a help stand below its first one.
std::string indented(std::string_view text) {
  std::string result;
  for (const char c : text) {
    result += c;
    if (c == '\n') result += "         ";
  }
  return result;
}

}  // namespace

std::uint32_t Diagnostics::addSource(std::string name, std::string text) {
  sources_.push_back(std::make_unique<SourceFile>(std::move(name), std::move(text)));
  return static_cast<std::uint32_t>(sources_.size() - 1);
}

void Diagnostics::add(Diagnostic diagnostic) {
  diagnostics_.push_back(std::move(diagnostic));
  sorted_ = false;
}

void Diagnostics::error(std::string_view code, const Place& place, std::string what,
                        std::string help) {
  add({place, Severity::kError, std::string(code), std::move(what), std::move(help), {}});
}

void Diagnostics::warning(std::string_view code, const Place& place, std::string what,
                          std::string help) {
  add({place, Severity::kWarning, std::string(code), std::move(what), std::move(help), {}});
}

void Diagnostics::error(const Place& place, const Status& status) {
  error(status.info().code, place, status.message(), status.info().help);
}

const std::vector<Diagnostic>& Diagnostics::all() const {
  if (!sorted_) {
    std::stable_sort(diagnostics_.begin(), diagnostics_.end(),
                     [](const auto& a, const auto& b) { return order(a) < order(b); });
    const auto same = [](const auto& a, const auto& b) { return order(a) == order(b); };
    diagnostics_.erase(std::unique(diagnostics_.begin(), diagnostics_.end(), same),
                       diagnostics_.end());
    sorted_ = true;
  }
  return diagnostics_;
}

std::size_t Diagnostics::errorCount() const {
  return static_cast<std::size_t>(
      std::count_if(all().begin(), all().end(),
                    [](const Diagnostic& d) { return d.severity == Severity::kError; }));
}

std::size_t Diagnostics::warningCount() const { return all().size() - errorCount(); }

std::string Diagnostics::print() const {
  std::string out;
  for (const Diagnostic& d : all()) {
    const SourceFile& file = source(d.place.source);
    out += fmt::format("{}:{}:{}: {}[{}]: {}\n", file.name(), d.place.line, d.place.column,
                       severityName(d.severity), d.code, d.what);
    const bool short_help = d.help.rfind("did you mean", 0) == 0;
    printExcerpt(out, file, d.place, short_help ? d.help : std::string_view());
    for (const Related& related : d.related) {
      printExcerpt(out, source(related.place.source), related.place, related.text);
    }
    if (!short_help && !d.help.empty()) out += fmt::format("   help: {}\n", indented(d.help));
  }
  return out;
}

nlohmann::json Diagnostics::toJson() const {
  auto list = nlohmann::json::array();
  const auto position = [this](const Place& place) {
    return nlohmann::json{{"file", source(place.source).name()},
                          {"line", place.line},
                          {"column", place.column},
                          {"end_column", place.end_column}};
  };
  for (const Diagnostic& d : all()) {
    nlohmann::json row = position(d.place);
    row["severity"] = severityName(d.severity);
    row["code"] = d.code;
    row["what"] = d.what;
    row["help"] = d.help;
    row["related"] = nlohmann::json::array();
    for (const Related& related : d.related) {
      auto other = position(related.place);
      other["text"] = related.text;
      row["related"].push_back(std::move(other));
    }
    list.push_back(std::move(row));
  }
  return list;
}

Status Diagnostics::toStatus() const {
  for (const Diagnostic& d : all()) {
    if (d.severity != Severity::kError) continue;
    const auto exit = d.code == "E002" ? ExitCode::kFileMissing : ExitCode::kConfiguration;
    return Status::fatal(exit, d.code, print(), d.help);
  }
  return {};
}

}  // namespace lockstep::config
