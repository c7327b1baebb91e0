#include "src/config/substitution.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

namespace lockstep::config {
namespace {

constexpr std::size_t kReferencedFileBytesMax = 64 * 1024;

Result<std::string> readFile(const std::string& path) {
  const auto fail = [&](std::string_view why) {
    return Status::fatal(ExitCode::kConfiguration, "E005",
                         fmt::format("the file {} {}", path, why));
  };
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return fail("cannot be opened");
  std::string text(kReferencedFileBytesMax + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad()) return fail("cannot be read");
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > kReferencedFileBytesMax) return fail("has more than 64 KiB");
  return text;
}

bool isName(std::string_view name) {
  const auto ok = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; };
  return !name.empty() && std::isdigit(static_cast<unsigned char>(name[0])) == 0 &&
         std::all_of(name.begin(), name.end(), ok);
}

/// Expands one scalar; `text` is what stands between ${ and }.
class Expander {
 public:
  Expander(const Surroundings& surroundings, Diagnostics& diagnostics)
      : surroundings_(surroundings), diagnostics_(diagnostics) {}

  void expand(SourceText& scalar) {
    failed_ = false;
    expandText(scalar);
    scalar.failed = failed_;
  }

 private:
  void expandText(SourceText& scalar) {
    const std::string source = scalar.text;
    if (source.find('$') == std::string::npos) return;
    std::string result;
    for (std::size_t at = 0; at < source.size(); ++at) {
      if (source[at] != '$' || at + 1 == source.size()) {
        result += source[at];
      } else if (source[at + 1] == '$') {
        result += '$';
        ++at;
      } else if (source[at + 1] == '{') {
        const auto end = source.find('}', at);
        const Place place = scalar.at(at, end == std::string::npos ? 2 : end - at + 1);
        if (end == std::string::npos) {
          fail(place, "'${' without '}'", "write $$ for a dollar sign");
          return;
        }
        result += value(source.substr(at + 2, end - at - 2), place);
        scalar.substituted = true;
        at = end;
      } else {
        result += '$';  // a lone dollar sign, as in a regular expression
      }
    }
    scalar.exact = scalar.exact && result == scalar.text;
    scalar.text = std::move(result);
  }

  void fail(const Place& place, std::string what, std::string help) {
    failed_ = true;
    diagnostics_.error("E005", place, std::move(what), std::move(help));
  }

  std::string value(const std::string& reference, const Place& place) {
    if (reference.rfind("env:", 0) == 0) return environment(reference.substr(4), place);
    if (reference.rfind("file:", 0) == 0) return file(reference.substr(5), place);
    fail(place, fmt::format("unknown reference '${{{}}}'", reference),
         "allowed are ${env:NAME}, ${env:NAME:-default}, ${env:NAME:?message} and ${file:/path}; "
         "write $$ for a dollar sign");
    return {};
  }

  std::string environment(const std::string& body, const Place& place) {
    const auto colon = body.find(':');
    const std::string name = body.substr(0, colon);
    const std::string rest = colon == std::string::npos ? "" : body.substr(colon);
    const bool has_default = rest.rfind(":-", 0) == 0;
    const bool has_message = rest.rfind(":?", 0) == 0;
    if (!isName(name) || (!rest.empty() && !has_default && !has_message)) {
      fail(place, fmt::format("'{}' is no name of an environment variable", body),
           "write ${env:NAME}, ${env:NAME:-default} or ${env:NAME:?message}");
      return {};
    }
    const auto found = surroundings_.environment(name);
    if (found && (!found->empty() || rest.empty())) return *found;
    if (has_default) return rest.substr(2);
    fail(place, fmt::format("the environment variable {} is not set", name),
         has_message ? rest.substr(2)
                     : fmt::format("set it, or give a default: ${{env:{}:-default}}", name));
    return {};
  }

  std::string file(const std::string& path, const Place& place) {
    auto text = surroundings_.file(path);
    if (!text.ok()) {
      fail(place, text.status().message(), "check the path and its permissions");
      return {};
    }
    std::string value = std::move(text).value();
    if (!value.empty() && value.back() == '\n') value.pop_back();
    if (!value.empty() && value.back() == '\r') value.pop_back();
    return value;
  }

  const Surroundings& surroundings_;
  Diagnostics& diagnostics_;
  bool failed_ = false;
};

void walk(Node& node, Expander& expander) {
  if (node.isScalar()) expander.expand(node.scalar);
  for (Node& item : node.items) walk(item, expander);
  for (NodeEntry& entry : node.entries) walk(entry.value, expander);
}

}  // namespace

Surroundings processSurroundings() {
  return {[](const std::string& name) -> std::optional<std::string> {
            const char* value = std::getenv(name.c_str());
            if (value == nullptr) return std::nullopt;
            return std::string(value);
          },
          readFile};
}

void substitute(Node& node, const Surroundings& surroundings, Diagnostics& diagnostics) {
  Expander expander(surroundings, diagnostics);
  walk(node, expander);
}

}  // namespace lockstep::config
