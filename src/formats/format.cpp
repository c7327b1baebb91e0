#include <lockstep/formats/format.hpp>

#include <array>
#include <string>
#include <utility>

namespace lockstep {

namespace {

constexpr std::array<std::pair<Format, std::string_view>, 5> kNames{{{Format::kString, "string"},
                                                                     {Format::kBytes, "bytes"},
                                                                     {Format::kLong, "long"},
                                                                     {Format::kDouble, "double"},
                                                                     {Format::kJson, "json"}}};

}  // namespace

std::string_view toString(Format format) {
  for (const auto& [known, name] : kNames)
    if (known == format) return name;
  return "bytes";
}

Result<Format> parseFormat(std::string_view name) {
  for (const auto& [format, known] : kNames)
    if (known == name) return format;
  return Status::fatal(ExitCode::kConfiguration, "E023",
                       "unknown format '" + std::string(name) + "'",
                       "one of string, bytes, long, double, json");
}

}  // namespace lockstep
