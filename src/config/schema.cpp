#include "src/config/schema.hpp"

#include <span>
#include <vector>

#include <nlohmann/json.hpp>

#include "src/config/client_keys.hpp"
#include "src/config/operator_table.hpp"
#include "src/config/output_reader.hpp"
#include "src/config/settings_table.hpp"
#include "src/config/source_reader.hpp"
#include "src/config/stream_reader.hpp"
#include "src/config/table_reader.hpp"
#include "src/config/test_reader.hpp"

namespace lockstep::config {
namespace {

using Json = nlohmann::ordered_json;

// Every scalar may be a substitution, and `$$` in it.
constexpr auto kSubstituted = R"(\$\{(env|file):[^}]+\})";

Json object() { return {{"type", "object"}, {"additionalProperties", false}}; }

Json listOf(Json items) { return {{"type", "array"}, {"items", std::move(items)}}; }

Json oneOf(std::vector<Json> kinds) {
  if (kinds.size() == 1) return kinds.front();
  return {{"anyOf", std::move(kinds)}};
}

Json textSchema() { return {{"type", {"string", "number", "boolean"}}}; }

Json nameList() { return oneOf({{{"type", "string"}}, listOf({{"type", "string"}})}); }

Json choiceSchema(const std::vector<std::string>& choices) {
  return oneOf({{{"enum", choices}}, {{"type", "string"}, {"pattern", kSubstituted}}});
}

/// "string, bytes or json" -> its three words; empty for one word, and where a part is no word.
std::vector<std::string> wordsOf(std::string_view type) {
  std::vector<std::string> words;
  for (;;) {
    const auto comma = type.find(", ");
    const auto last = type.find(" or ");
    const auto end = std::min(comma, last);
    const auto word = type.substr(0, end);
    if (word.empty() || word.find(' ') != word.npos) return {};
    words.emplace_back(word);
    if (end == type.npos) break;
    type.remove_prefix(end + (end == comma ? 2 : 4));
  }
  return words.size() > 1 ? words : std::vector<std::string>{};
}

/// The values of a type as the tables name it.
Json valueSchema(std::string_view type) {
  if (type == "duration")
    return {{"type", "string"},
            {"pattern", R"(^[0-9]+(us|ms|s|m|h|d)$|)" + std::string(kSubstituted)}};
  if (type == "size") {
    return {{"type", "string"}, {"pattern", "^[0-9]+([KMGT]i?)?B$|" + std::string(kSubstituted)}};
  }
  if (type == "number") {
    return oneOf({{{"type", "integer"}, {"minimum", 0}},
                  {{"type", "string"}, {"pattern", "^[0-9]+$|" + std::string(kSubstituted)}}});
  }
  if (type == "decimal number") {
    return oneOf({{{"type", "number"}},
                  {{"type", "string"}, {"pattern", "^-?[0-9.]+$|" + std::string(kSubstituted)}}});
  }
  if (type == "text" || type == "name" || type == "secret" || type == "expression")
    return textSchema();
  if (type == "list of texts" || type == "name or list of names") return nameList();
  if (type == "list") return {{"type", "array"}};
  if (type == "map") return {{"type", {"object", "null"}}};
  if (const auto words = wordsOf(type); !words.empty()) return choiceSchema(words);
  if (type == "murmur2") return choiceSchema({"murmur2"});
  return Json::object();  // any data
}

Json described(Json schema, std::string_view text, std::string_view fallback) {
  schema["description"] = text;
  if (!fallback.empty() && fallback != "-")
    schema["description"] = std::string(text) + "; default: " + std::string(fallback);
  return schema;
}

/// A map with the keys of a table; `known` has the schema of keys that have tables of their own.
Json mapSchema(std::span<const KeyRow> rows, const Json& known = Json::object()) {
  auto map = object();
  auto required = Json::array();
  for (const KeyRow& row : rows) {
    const std::string name(row.name);
    map["properties"][name] = described(known.contains(name) ? known[name] : valueSchema(row.type),
                                        row.text, row.fallback);
    if (row.required) required.push_back(name);
  }
  if (!required.empty()) map["required"] = std::move(required);
  return map;
}

Json nullable(Json schema) { return oneOf({std::move(schema), {{"type", "null"}}}); }

Json optionSchema(const OptionSpec& option) {
  Json schema = textSchema();  // an expression
  if (option.type == OptionType::kChoice)
    schema = choiceSchema({option.choices.begin(), option.choices.end()});
  if (option.type == OptionType::kCount) schema = valueSchema("number");
  if (option.type == OptionType::kFlag) schema = {{"type", "boolean"}};
  if (option.type == OptionType::kDuration) schema = valueSchema("duration");
  if (option.type == OptionType::kNames) schema = nameList();
  if (option.type == OptionType::kStates) schema = {{"type", "object"}, {"minProperties", 1}};
  if (option.type == OptionType::kReduction) schema["examples"] = option.choices;
  return described(std::move(schema), option.text, option.fallback);
}

/// What stands behind an operator's name.
Json argumentSchema(const OperatorSpec& spec) {
  if (spec.takes_one_stream) return textSchema();
  if (spec.takes_streams) return nameList();
  auto map = object();
  map["properties"] = Json::object();
  auto required = Json::array();
  std::vector<Json> kinds;
  for (const OptionSpec& option : spec.options) {
    map["properties"][std::string(option.name)] = optionSchema(option);
    if (option.required) required.push_back(option.name);
    if (option.name == spec.scalar_option) kinds.push_back(optionSchema(option));
  }
  if (!required.empty()) map["required"] = std::move(required);
  if (spec.needs_an_option) map["minProperties"] = 1;
  kinds.push_back(std::move(map));
  if (spec.options.empty()) kinds.push_back({{"type", "null"}});
  return oneOf(std::move(kinds));
}

/// One operator, and maybe id and parallelism; or the bare name of one without options.
Json stepSchema() {
  auto step = object();
  auto bare = Json::array();
  auto& properties = step["properties"];
  properties["id"] = {
      {"type", "string"},
      {"description", "Identity of the step's state; required where there is state"}};
  properties["parallelism"] = described(valueSchema("number"), "Shards of the step", "");
  std::vector<Json> one_of;
  for (const OperatorSpec& spec : operatorTable()) {
    const std::string name(spec.name);
    properties[name] = described(argumentSchema(spec), spec.text, "");
    one_of.push_back({{"required", {name}}});
    if (spec.options.empty() && !spec.takes_streams) bare.push_back(name);
  }
  step["oneOf"] = one_of;
  return oneOf({std::move(step), {{"enum", std::move(bare)}}});
}

Json tableJoinSchema() {
  const std::vector<std::string> missing{"null", "drop", "dead_letter"};
  return mapSchema(tableJoinKeys(),
                   {{"on_missing", oneOf({choiceSchema(missing), {{"type", "null"}}})}});
}

Json streamSchema() {
  return mapSchema(streamKeys(),
                   {{"kafka", mapSchema(kafkaInputKeys())},
                    {"join", oneOf({mapSchema(joinKeys()), tableJoinSchema()})},
                    {"table", oneOf({mapSchema(topicTableKeys()), mapSchema(fileTableKeys())})},
                    {"files", mapSchema(filesInputKeys())},
                    {"socket", mapSchema(socketInputKeys())},
                    {"cogroup", mapSchema(cogroupKeys())},
                    {"steps", listOf(stepSchema())}});
}

Json outputSchema() {
  const Json topic = oneOf({textSchema(), mapSchema(chosenTopicKeys())});
  const Json headers = {{"type", "object"}, {"additionalProperties", textSchema()}};
  return mapSchema(
      outputKeys(),
      {{"kafka", mapSchema(kafkaOutputKeys(), {{"topic", topic}, {"headers", headers}})},
       {"files", mapSchema(filesOutputKeys())},
       {"print", nullable(mapSchema(printOutputKeys()))}});
}

Json testSchema() {
  const Json headers = {{"type", "object"}, {"additionalProperties", textSchema()}};
  const Json whole = mapSchema(testRecordKeys(), {{"headers", headers}});
  const Json record = oneOf({{{"type", {"string", "number", "boolean", "null", "array"}}}, whole});
  Json batch = {{"type", {"object", "null"}},
                {"properties", {{"advance", oneOf({valueSchema("duration"), listOf(record)})}}},
                {"additionalProperties", listOf(record)}};
  const Json shown = oneOf({listOf(record), {{"type", {"object", "null"}}}});
  Json expect = {{"type", "object"},
                 {"properties",
                  {{"state", {{"type", "object"}, {"additionalProperties", {{"type", "object"}}}}},
                   {"dead_letters", listOf(mapSchema(testDeadLetterKeys()))}}},
                 {"additionalProperties", listOf(shown)}};
  return mapSchema(testKeys(),
                   {{"batches", listOf(std::move(batch))}, {"expect", std::move(expect)}});
}

Json clientSchema() {
  auto map = object();
  map["properties"] = Json::object();
  for (const ClientKeyRule& rule : clientKeyTable()) {
    if (rule.refused_because.empty()) map["properties"][std::string(rule.name)] = textSchema();
  }
  return described(std::move(map), "Further keys of librdkafka", "");
}

/// Puts the setting at its path: "kafka.security.username" lies three maps deep.
void addSetting(Json& root, const SettingRow& row) {
  Json* map = &root;
  std::string_view path = row.path;
  for (auto dot = path.find('.'); dot != path.npos; dot = path.find('.')) {
    Json& next = (*map)["properties"][std::string(path.substr(0, dot))];
    if (next.is_null()) next = object();
    if (row.required) (*map)["required"].push_back(path.substr(0, dot));
    map = &next;
    path.remove_prefix(dot + 1);
  }
  auto schema = row.choices.empty() ? valueSchema(row.type) : choiceSchema(row.choices);
  auto text = row.text;
  if (!row.range.empty()) text += "; " + row.range;
  (*map)["properties"][std::string(path)] = described(std::move(schema), text, row.fallback);
  if (row.required) (*map)["required"].push_back(path);
}

}  // namespace

std::string writeSchema() {
  Json root = {{"$schema", "http://json-schema.org/draft-07/schema#"},
               {"title", "A Lockstep application"},
               {"type", "object"},
               {"additionalProperties", false},
               {"required", Json::array()},
               {"properties", Json::object()}};
  for (const SettingRow& row : settingsTable()) addSetting(root, row);
  auto& properties = root["properties"];
  properties["kafka"]["properties"]["client"] = clientSchema();
  properties["streams"] = {{"type", "object"}, {"additionalProperties", streamSchema()}};
  properties["outputs"] = listOf(outputSchema());
  properties["tests"] = listOf(testSchema());
  return root.dump(2) + "\n";
}

}  // namespace lockstep::config
