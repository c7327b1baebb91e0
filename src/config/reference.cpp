#include "src/config/reference.hpp"

#include <span>

#include <fmt/format.h>

#include "src/config/client_keys.hpp"
#include "src/config/operator_table.hpp"
#include "src/config/output_reader.hpp"
#include "src/config/settings_table.hpp"
#include "src/config/source_reader.hpp"
#include "src/config/stream_reader.hpp"
#include "src/config/table_reader.hpp"

namespace lockstep::config {
namespace {

void addSettings(std::string& page) {
  page +=
      "## Settings\n\n"
      "| key | type | default | range | meaning |\n"
      "| --- | --- | --- | --- | --- |\n";
  for (const SettingRow& row : settingsTable()) {
    page += fmt::format("| `{}` | {} | {} | {} | {} |\n", row.path, row.type,
                        row.required ? "required" : row.fallback, row.range, row.text);
  }
}

void addKeys(std::string& page, std::string_view title, std::span<const KeyRow> rows) {
  page += fmt::format("\n### {}\n\n| key | type | default | meaning |\n| --- | --- | --- | --- |\n",
                      title);
  for (const KeyRow& row : rows) {
    page += fmt::format("| `{}` | {} | {} | {} |\n", row.name, row.type,
                        row.required ? "required" : row.fallback, row.text);
  }
}

std::string optionType(const OptionSpec& option) {
  std::string choices;
  for (const auto choice : option.choices) {
    choices += fmt::format("{}{}", choices.empty() ? "" : ", ", choice);
  }
  switch (option.type) {
    case OptionType::kExpression:
      return "expression";
    case OptionType::kReduction:
      return fmt::format("expression, or {}", choices);
    case OptionType::kChoice:
      return choices;
    case OptionType::kCount:
      return fmt::format("1 to {}", kParallelismMax);
    case OptionType::kDuration:
      return "duration";
    case OptionType::kFlag:
      return "true, false";
    case OptionType::kText:
      return "text";
    case OptionType::kTable:
      return "name of a table";
    case OptionType::kNames:
      return "a name, or a list of names";
    case OptionType::kStates:
      return "map";
  }
  return {};
}

void addOperators(std::string& page) {
  page +=
      "\n## Operators\n\n"
      "A step is a map with one operator, and may have `id` (required where there is state) and "
      "`parallelism`.\nAn option marked * may be written without its name: `filter: value > 3`.\n\n"
      "| operator | option | type | default | meaning |\n"
      "| --- | --- | --- | --- | --- |\n";
  for (const OperatorSpec& spec : operatorTable()) {
    page += fmt::format("| `{}` | {} | | | {}{} |\n", spec.name,
                        spec.takes_one_stream ? "a stream"
                        : spec.takes_streams  ? "a stream, or a list of streams"
                                              : "",
                        spec.text, spec.stateful ? "; keeps state" : "");
    for (const OptionSpec& option : spec.options) {
      page += fmt::format("| | `{}`{} | {} | {} | {} |\n", option.name,
                          option.name == spec.scalar_option ? " *" : "", optionType(option),
                          option.required           ? "required"
                          : option.fallback.empty() ? "-"
                                                    : option.fallback,
                          option.text);
    }
  }
  page += "\nRecognised, but not in this version (E013):";
  for (const auto name : laterOperators()) page += fmt::format(" `{}`", name);
  page += ".\n";
}

void addClientKeys(std::string& page) {
  page +=
      "\n## Keys of `kafka.client`\n\n"
      "Passed on to librdkafka. Keys that carry the guarantee are refused (E061), others that are "
      "not listed are unknown (E062).\n\n"
      "| key | for | decision |\n| --- | --- | --- |\n";
  for (const ClientKeyRule& rule : clientKeyTable()) {
    const std::string_view scope = rule.scope == ClientScope::kConsumer   ? "consumer"
                                   : rule.scope == ClientScope::kProducer ? "producer"
                                                                          : "both";
    page += fmt::format("| `{}` | {} | {} |\n", rule.name, scope,
                        rule.refused_because.empty()
                            ? "allowed"
                            : fmt::format("refused: {}", rule.refused_because));
  }
}

}  // namespace

std::string writeReference() {
  std::string page =
      "# Configuration\n\n"
      "<!-- Generated from the tables in src/config; see the end of the page. -->\n\n"
      "One YAML file describes one application. Durations and sizes need their unit (`500ms`, "
      "`1GiB`); unknown\nand duplicate keys are errors. In every value, never in keys, "
      "`${env:NAME}`, `${env:NAME:-default}`,\n`${env:NAME:?message}` and `${file:/path}` are "
      "replaced after parsing; `$$` is a dollar sign. `--set path=value`\noverrides one key and is "
      "checked like the file. [errors.md](errors.md) explains every error code.\n\n";
  addSettings(page);
  page += "\n## Streams\n\n`streams` is a map: name -> stream.\n";
  addKeys(page, "A stream", streamKeys());
  addKeys(page, "`kafka` of a stream", kafkaInputKeys());
  addKeys(page, "`files` of a stream", filesInputKeys());
  addKeys(page, "`socket` of a stream", socketInputKeys());
  addKeys(page, "`join` of a stream", joinKeys());
  addKeys(page, "`join` of a stream with a table", tableJoinKeys());
  addKeys(page, "`cogroup` of a stream", cogroupKeys());
  addKeys(page, "`table` of a topic", topicTableKeys());
  addKeys(page, "`table` of a file", fileTableKeys());
  addOperators(page);
  page += "\n## Outputs\n\n`outputs` is a list.\n";
  addKeys(page, "An output", outputKeys());
  addKeys(page, "`kafka` of an output", kafkaOutputKeys());
  addKeys(page, "`topic` of a `kafka` output, where each record chooses its topic",
          chosenTopicKeys());
  addKeys(page, "`files` of an output", filesOutputKeys());
  addKeys(page, "`print` of an output", printOutputKeys());
  addClientKeys(page);
  page +=
      "\nThis page is generated: after a change of the tables run "
      "`cmake --build build/dev --target docs_config`.\n";
  return page;
}

}  // namespace lockstep::config
