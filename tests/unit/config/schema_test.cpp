// The JSON Schema that editors use: it takes what we ship, and refuses what it can know to be
// wrong.
#include "src/config/schema.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>

#include "src/config/operator_table.hpp"
#include "src/config/settings_table.hpp"
#include "src/config/test_reader.hpp"
#include "src/config/yaml_reader.hpp"
#include "tests/support/catch.hpp"

using namespace lockstep::config;
using Json = nlohmann::json;

namespace {

const std::string kSource = LOCKSTEP_SOURCE_DIR;

std::string readText(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

Json dataOf(const std::string& text) {
  Diagnostics diagnostics;
  const auto node = readYaml(diagnostics, diagnostics.addSource("file", text));
  REQUIRE(node.has_value());
  return dataValue(*node, diagnostics);
}

bool hasType(const Json& value, const std::string& type) {
  if (type == "integer") return value.is_number_integer();
  return type == (value.is_number() ? "number" : std::string(value.type_name()));
}

/// The part of draft-07 that the schema uses. Returns where it is broken; empty: nowhere.
std::string broken(const Json& schema, const Json& value, const std::string& path) {
  const auto fits = [&](const Json& other) { return broken(other, value, path).empty(); };
  if (schema.contains("type")) {
    const auto types = schema["type"].is_array() ? schema["type"] : Json::array({schema["type"]});
    if (std::none_of(types.begin(), types.end(), [&](const Json& t) { return hasType(value, t); }))
      return path + ": type";
  }
  if (schema.contains("enum")) {
    const auto& all = schema["enum"];
    if (std::find(all.begin(), all.end(), value) == all.end()) return path + ": enum";
  }
  if (schema.contains("minimum") && value.is_number() && value < schema["minimum"])
    return path + ": minimum";
  if (schema.contains("pattern") && value.is_string() &&
      !std::regex_search(value.get<std::string>(), std::regex(schema["pattern"])))
    return path + ": pattern";
  if (schema.contains("anyOf") &&
      std::none_of(schema["anyOf"].begin(), schema["anyOf"].end(), fits))
    return path + ": anyOf";
  if (schema.contains("oneOf") &&
      std::count_if(schema["oneOf"].begin(), schema["oneOf"].end(), fits) != 1)
    return path + ": oneOf";
  if (value.is_array() && schema.contains("items")) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      const auto at = broken(schema["items"], value[i], path + "/" + std::to_string(i));
      if (!at.empty()) return at;
    }
  }
  if (!value.is_object()) return {};
  for (const auto& name : schema.value("required", Json::array())) {
    if (!value.contains(name)) return path + ": required " + name.get<std::string>();
  }
  if (value.size() < schema.value("minProperties", 0U)) return path + ": minProperties";
  for (const auto& [name, member] : value.items()) {
    const auto known = schema.value("properties", Json::object());
    const auto& inner =
        known.contains(name) ? known[name] : schema.value("additionalProperties", Json(true));
    if (inner == false) return path + "/" + name + ": unknown";
    if (inner == true) continue;
    if (const auto at = broken(inner, member, path + "/" + name); !at.empty()) return at;
  }
  return {};
}

std::string broken(const std::string& yaml) {
  static const auto kSchema = Json::parse(writeSchema());
  return broken(kSchema, dataOf(yaml), "");
}

std::string withStep(const std::string& step) {
  return "application: a\nkafka: { bootstrap: b }\nstreams: { s: { from: t, steps: [ " + step +
         " ] } }\noutputs: []\n";
}

}  // namespace

TEST_CASE("config/lockstep.schema.json is what the tables say", "[unit][config][schema]") {
  INFO("regenerate it: cmake --build build/dev --target docs_config");
  CHECK((readText(kSource + "/config/lockstep.schema.json") == writeSchema()));
}

TEST_CASE("every file that we ship is what the schema says", "[unit][config][schema]") {
  std::size_t files = 0;
  for (const auto* folder :
       {"/config", "/tests/golden/test", "/tests/golden/try", "/tests/e2e/pipelines"}) {
    for (const auto& file : std::filesystem::directory_iterator(kSource + folder)) {
      if (file.path().extension() != ".yaml") continue;
      INFO(file.path().string());
      CHECK(broken(readText(file.path().string())) == "");
      ++files;
    }
  }
  CHECK(files >= 6);
}

TEST_CASE("the schema knows every setting and every operator", "[unit][config][schema]") {
  const auto schema = Json::parse(writeSchema());
  for (const SettingRow& row : settingsTable()) {
    const Json* map = &schema;
    std::stringstream path(row.path);
    for (std::string part; std::getline(path, part, '.');) {
      INFO(row.path);
      REQUIRE((*map)["properties"].contains(part));
      map = &(*map)["properties"][part];
    }
  }
  for (const OperatorSpec& spec : operatorTable()) {
    INFO(spec.name);
    if (spec.options.empty() && !spec.takes_streams)
      CHECK(broken(withStep(std::string(spec.name))) == "");
    CHECK(broken(withStep("{ " + std::string(spec.name) + ": { nonsense: 1 } }")) != "");
  }
}

TEST_CASE("the schema knows what joins and repartition take", "[unit][config][schema]") {
  CHECK(broken(withStep("repartition: 4")) == "");
  CHECK(broken(withStep("repartition: { partitions: 4 }")) == "");
  CHECK(broken(withStep("repartition: four")) != "");
  CHECK(broken(withStep("join: other")) == "");
  CHECK(broken(withStep("join: [other]")) != "");
  const auto stream = [](const std::string& source) {
    return broken("application: a\nkafka: { bootstrap: b }\nstreams: { s: { " + source +
                  " } }\noutputs: []\n");
  };
  CHECK(stream("join: { left: a, right: a }") == "");
  CHECK(stream("join: { left: a, right: b, type: full }, parallelism: 2") == "");
  CHECK(stream("join: { left: a, right: b, type: outer }") != "");
  CHECK(stream("join: { left: a }") != "");
  CHECK(stream("cogroup: { left: a, right: b }") == "");
  CHECK(stream("cogroup: { left: a, right: b, type: left }") != "");
}

TEST_CASE("the schema refuses what it can know to be wrong", "[unit][config][schema]") {
  CHECK(broken(withStep("filter: value > 3")) == "");
  CHECK(broken(withStep("{ id: x, updateStateByKey: { update: sum, emit: changed } }")) == "");
  CHECK(broken(withStep("{ id: x, updateStateByKey: { update: sum, emit: all } }")) == "");
  CHECK(broken(withStep("{ id: x, updateStateByKey: { update: sum, emit: some } }")) != "");
  CHECK(broken(withStep("{ id: x, updateStateByKey: { update: sum } }")) != "");
  CHECK(broken(withStep("{ filter: a, map: b }")) != "");
  CHECK(broken(withStep("filtre")) != "");
  CHECK(broken(withStep("repartition: 16")) == "");
  CHECK(broken(withStep("project: [a, b]")) == "");
  CHECK(broken(withStep("project: {}")) != "");
  CHECK(broken(withStep("topN: { count: 3, by: value.n }")) == "");
  CHECK(broken(withStep("repartition: many")) != "");
  const auto joined = [](const std::string& type) {
    return broken(
        "application: a\nkafka: { bootstrap: b }\noutputs: []\n"
        "streams: { s: { join: { left: a, right: b, type: " +
        type + " } } }\n");
  };
  CHECK(joined("full") == "");
  CHECK(joined("outer") != "");
  const std::string end = "streams: {}\noutputs: []\n";
  CHECK(broken("application: a\nkafka: { bootstrap: b }\n" + end) == "");
  CHECK(broken("kafka: { bootstrap: b }\n" + end) == ": required application");
  CHECK(broken("application: a\nkafka: {}\n" + end) == "/kafka: required bootstrap");
  const auto with = [&](const std::string& line) {
    return broken("application: a\nkafka: { bootstrap: b }\n" + line + "\n" + end);
  };
  CHECK(with("batch: { interval: 500ms }") == "");
  CHECK(with("batch: { interval: '${env:INTERVAL:-1s}' }") == "");
  CHECK(with("batch: { interval: 500 }") == "/batch/interval: type");
  CHECK(with("batch: { interval: 5 seconds }") == "/batch/interval: pattern");
  CHECK(with("batch: { intervall: 1s }") == "/batch/intervall: unknown");
  CHECK(with("threads: -1") == "/threads: anyOf");
  CHECK(with("guarantee: at_most_once") == "/guarantee: anyOf");
  CHECK(with("state: { memory_limit: 1GiB }") == "");
  CHECK(with("state: { memory_limit: 1G }") == "/state/memory_limit: pattern");
  CHECK(broken(readText(kSource + "/tests/golden/config/mistakes.yaml")) != "");
}
