#include "src/pipeline/steps/step_functions.hpp"

namespace lockstep {

namespace {

bool isIntegerLiteral(const std::string& text) {
  return !text.empty() && text.size() <= 18 &&
         text.find_first_not_of("0123456789") == std::string::npos;
}

}  // namespace

std::optional<Built> buildMap(const std::optional<Built>& in, StepBuild& build) {
  const bool has_key = build.has("key");
  const bool has_value = build.has("value");
  auto key = has_key ? build.rowExpression("key") : std::nullopt;
  auto value = has_value ? build.rowExpression("value") : std::nullopt;
  if (!in || has_key != key.has_value() || has_value != value.has_value()) return std::nullopt;
  const bool integers =
      has_value ? isIntegerLiteral(build.step().find("value")->value.text) : in->integers;
  return Built{mapRows(in->rows, std::move(key), std::move(value), build.name()), integers,
               in->times};
}

std::optional<Built> buildFlatMap(const std::optional<Built>& in, StepBuild& build) {
  auto values = build.rowExpression("values");
  if (!in || !values) return std::nullopt;
  return Built{flatMapRows(in->rows, std::move(*values), build.name()), false, in->times};
}

std::optional<Built> buildFilter(const std::optional<Built>& in, StepBuild& build) {
  auto where = build.rowExpression("where");
  if (!in || !where) return std::nullopt;
  return Built{filterRows(in->rows, std::move(*where), build.name()), in->integers, in->times};
}

std::optional<Built> buildProject(const std::optional<Built>& in, StepBuild& build) {
  if (!in) return std::nullopt;
  std::vector<std::string> fields;
  for (const config::SourceText& name : build.step().find("fields")->names)
    fields.push_back(name.text);
  return Built{projectRows(in->rows, std::move(fields), build.name()), false, in->times};
}

}  // namespace lockstep
