#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "src/cli/commands.hpp"
#include "src/cli/examples.hpp"
#include "src/config/schema.hpp"
#include "src/config/suggest.hpp"

namespace lockstep::cli {
namespace {

constexpr std::string_view kSchemaFile = "lockstep.schema.json";

/// The first line, without its `# `.
std::string_view purposeOf(const Example& example) {
  std::string_view line = example.text;
  line = line.substr(0, line.find('\n'));
  return line.substr(std::min<std::size_t>(line.size(), 2));
}

bool writeFile(const std::string& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary);
  out << text;
  out.close();
  if (!out) fmt::print(stderr, "lockstep init: cannot write {}\n", file);
  return static_cast<bool>(out);
}

}  // namespace

ExitCode init(const std::string& name) {
  std::vector<std::string_view> names;
  for (const auto& example : examples()) {
    names.push_back(example.name);
    if (name.empty()) fmt::print("{:<14} {}\n", example.name, purposeOf(example));
  }
  if (name.empty()) return ExitCode::kOk;
  const auto found = std::find_if(examples().begin(), examples().end(),
                                  [&](const Example& example) { return example.name == name; });
  if (found == examples().end()) {
    fmt::print(stderr, "lockstep init: there is no example '{}'\n   help: {}\n", name,
               config::listed(names));
    return ExitCode::kUsage;
  }
  const auto file = name + ".yaml";
  if (std::filesystem::exists(file)) {
    fmt::print(stderr, "lockstep init: {} is there already and was left alone\n", file);
    return ExitCode::kUsage;
  }
  if (!writeFile(file, found->text)) return ExitCode::kDisk;
  const auto data = name + ".csv";
  if (!found->data.empty() && !std::filesystem::exists(data) && !writeFile(data, found->data))
    return ExitCode::kDisk;
  const std::string schema(kSchemaFile);
  if (!std::filesystem::exists(schema) && !writeFile(schema, config::writeSchema()))
    return ExitCode::kDisk;
  fmt::print("wrote {0}\nnext: lockstep test {0}\n", file);
  return ExitCode::kOk;
}

}  // namespace lockstep::cli
