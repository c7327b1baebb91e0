#include "src/config/step_reader.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "src/config/data_value.hpp"
#include "src/config/operator_table.hpp"
#include "src/config/suggest.hpp"
#include "src/config/value_reader.hpp"
#include "src/config/yaml_bites.hpp"

namespace lockstep::config {
namespace {

bool contains(std::span<const std::string_view> names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<std::string_view> optionNames(const OperatorSpec& spec) {
  std::vector<std::string_view> names;
  for (const OptionSpec& option : spec.options) names.push_back(option.name);
  return names;
}

const OptionSpec* findOption(const OperatorSpec& spec, std::string_view name) {
  for (const OptionSpec& option : spec.options) {
    if (option.name == name) return &option;
  }
  return nullptr;
}

std::string jsonOf(const DataValue& value) {
  return value.dump(-1, ' ', false, DataValue::error_handler_t::replace);
}

class StepReader {
 public:
  StepReader(Diagnostics& diagnostics, StepConfig& step)
      : diagnostics_(diagnostics), reader_(diagnostics), step_(step) {}

  bool read(const Node& node) {
    if (node.isScalar()) return readName(node.scalar) && readArguments(Node{});
    if (!node.isMap()) {
      diagnostics_.error("E008", node.place,
                         fmt::format("a step is one operator; found {}", node.kindName()),
                         "write  - filter: value > 3");
      return false;
    }
    const NodeEntry* found = nullptr;
    for (const NodeEntry& entry : node.entries) {
      if (entry.key.text == "id") {
        SourceText id;
        if (reader_.read(entry.value, "id", id)) step_.id = std::move(id);
      } else if (entry.key.text == "parallelism") {
        readParallelism(entry.value);
      } else if (found != nullptr) {
        reportSecond(*found, entry);
      } else {
        found = &entry;
      }
    }
    if (found == nullptr) {
      diagnostics_.error("E009", node.place, "the step has no operator",
                         "add one, as in  filter: value > 3");
      return false;
    }
    return readName(found->key) && readArguments(found->value);
  }

 private:
  void readParallelism(const Node& value) {
    std::uint64_t count = 0;
    if (reader_.readShards(value, "parallelism", count)) step_.parallelism = count;
  }

  void reportSecond(const NodeEntry& first, const NodeEntry& second) {
    const auto names = operatorNames();
    const bool is_operator = std::find(names.begin(), names.end(), second.key.text) != names.end();
    const OperatorSpec* spec = findOperator(first.key.text);
    const bool is_option = spec != nullptr && findOption(*spec, second.key.text) != nullptr;
    std::string help = "a step has one operator, and may have id and parallelism";
    if (is_operator) help = fmt::format("begin a new step:  - {}: ...", second.key.text);
    if (is_option) {
      help = fmt::format("it is an option of {}: indent it below the operator", first.key.text);
    }
    if (!is_operator && !is_option) {
      const auto near = didYouMean(second.key.text, {"id", "parallelism"});
      if (!near.empty()) help = near;
    }
    diagnostics_.error("E010", second.key.place,
                       fmt::format("unknown key '{}' in a step", second.key.text), std::move(help));
  }

  bool readName(const SourceText& name) {
    step_.name = name;
    step_.spec = findOperator(name.text);
    if (step_.spec != nullptr) return true;
    if (contains(laterOperators(), name.text)) {
      diagnostics_.error("E013", name.place,
                         fmt::format("the operator '{}' is not in this version", name.text),
                         "the operators of this version are listed in docs/configuration.md");
      return false;
    }
    auto help = didYouMean(name.text, operatorNames());
    if (help.empty()) {
      std::vector<std::string_view> names;
      for (const OperatorSpec& spec : operatorTable()) names.push_back(spec.name);
      help = fmt::format("known: {}", listed(names));
    }
    diagnostics_.error("E012", name.place, fmt::format("unknown operator '{}'", name.text),
                       std::move(help));
    return false;
  }

  bool readArguments(const Node& value) {
    const OperatorSpec& spec = *step_.spec;
    if (spec.takes_streams) {
      readStreams(value);
    } else if (spec.options.empty()) {
      if (!value.isNull() && !(value.isMap() && value.entries.empty())) {
        diagnostics_.error("E008", value.place, fmt::format("{} has no options", spec.name),
                           fmt::format("write  - {}", spec.name));
      }
    } else if (value.isMap()) {
      readOptions(value);
    } else if (!spec.scalar_option.empty()) {
      readOption(*findOption(spec, spec.scalar_option), spec.name, value);
    } else {
      diagnostics_.error(
          "E008", value.isNull() ? step_.name.place : value.place,
          fmt::format("{} needs a map of options; found {}", spec.name, value.kindName()),
          fmt::format("its options: {}", listed(optionNames(spec))));
    }
    return true;
  }

  void readStreams(const Node& value) {
    if (step_.spec->takes_one_stream && !value.isScalar()) {
      diagnostics_.error("E008", value.isNull() ? step_.name.place : value.place,
                         fmt::format("{} needs the name of one stream; found {}", step_.spec->name,
                                     value.kindName()),
                         fmt::format("write  - {}: other-stream", step_.spec->name));
      return;
    }
    const auto one = [&](const Node& item) {
      SourceText name;
      if (reader_.read(item, step_.name.text, name)) step_.streams.push_back(std::move(name));
    };
    if (value.isList()) {
      for (const Node& item : value.items) one(item);
    } else {
      one(value);
    }
  }

  void readOptions(const Node& map) {
    const OperatorSpec& spec = *step_.spec;
    for (const NodeEntry& entry : map.entries) {
      if (const OptionSpec* option = findOption(spec, entry.key.text)) {
        readOption(*option, entry.key.text, entry.value);
      } else if (!reportTornExpression(map, entry, diagnostics_)) {
        auto help = didYouMean(entry.key.text, optionNames(spec));
        if (help.empty()) help = fmt::format("its options: {}", listed(optionNames(spec)));
        diagnostics_.error("E010", entry.key.place,
                           fmt::format("{} has no option '{}'", spec.name, entry.key.text),
                           std::move(help));
      }
    }
    if (spec.needs_an_option && map.entries.empty()) {
      diagnostics_.error("E009", map.place, fmt::format("{} has nothing to do", spec.name),
                         fmt::format("its options: {}", listed(optionNames(spec))));
    }
    for (const OptionSpec& option : spec.options) {
      if (option.required && map.find(option.name) == nullptr) reportMissing(option);
    }
  }

  void reportMissing(const OptionSpec& option) {
    const bool emit = option.name == "emit";
    diagnostics_.error(
        emit ? "E041" : "E009", step_.name.place,
        fmt::format("{} needs '{}'", step_.spec->name, option.name),
        emit ? "'emit: changed' writes keys whose state changed; 'emit: all' writes every key in "
               "every batch, as Spark does"
             : fmt::format("{}: {}", option.name, option.text));
  }

  bool readNumber(const OptionSpec& option, const Node& value, std::uint64_t& number) {
    const auto path = fmt::format("{} of {}", option.name, step_.spec->name);
    if (option.type == OptionType::kFlag) {
      bool flag = false;
      if (!reader_.read(value, path, flag)) return false;
      number = flag ? 1 : 0;
      return true;
    }
    Duration duration{};
    if (!reader_.read(value, path, duration)) return false;
    number = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
    if (number != 0 || step_.spec->kind != OperatorKind::kMapWithState) return true;
    diagnostics_.error("E031", value.place, path + " is shorter than 1ms", "allowed: at least 1ms");
    return false;
  }

  /// Each name once.
  bool readNames(const OptionSpec& option, const Node& value, StepOption& read) {
    const auto path = fmt::format("{} of {}", option.name, step_.spec->name);
    const std::span<const Node> items =
        value.isList() ? std::span<const Node>(value.items) : std::span<const Node>(&value, 1);
    if (items.empty()) {
      diagnostics_.error("E009", value.place, path + " is an empty list", "name at least one");
      return false;
    }
    for (const Node& item : items) {
      SourceText name;
      if (!reader_.read(item, path, name)) return false;
      const bool again = std::any_of(read.names.begin(), read.names.end(),
                                     [&](const SourceText& n) { return n.text == name.text; });
      if (again) {
        diagnostics_.error("E015", item.place, fmt::format("'{}' is named twice", name.text),
                           "name it once");
        return false;
      }
      read.names.push_back(std::move(name));
    }
    return true;
  }

  bool readStates(const OptionSpec& option, const Node& value, StepOption& read) {
    const auto path = fmt::format("{} of {}", option.name, step_.spec->name);
    if (!value.isMap() || value.entries.empty()) {
      diagnostics_.error("E008", value.isNull() ? step_.name.place : value.place,
                         fmt::format("{} needs a map of keys and states; found {}", path,
                                     value.isMap() ? "an empty one" : value.kindName()),
                         fmt::format("as in  {}: {{ some-key: 5 }}", option.name));
      return false;
    }
    for (const NodeEntry& entry : value.entries) {
      const auto state = dataValue(entry.value, diagnostics_);
      if (state.is_null()) {
        diagnostics_.error("E008", entry.key.place,
                           fmt::format("the state of '{}' is null", shown(entry.key)),
                           "leave the key out: then it has no state");
        return false;
      }
      read.states.push_back({entry.key, jsonOf(dataValue(entry.key, diagnostics_)), jsonOf(state),
                             entry.value.place});
    }
    read.value.place = value.place;
    return true;
  }

  void readOption(const OptionSpec& option, std::string_view key, const Node& value) {
    StepOption read{&option, {}, {}, 0, {}, {}};
    if (option.type == OptionType::kCount) {
      if (!reader_.readShards(value, fmt::format("{} of {}", option.name, step_.spec->name),
                              read.number))
        return;
      read.value = value.scalar;
    } else if (option.type == OptionType::kDuration || option.type == OptionType::kFlag) {
      if (!readNumber(option, value, read.number)) return;
      read.value = value.scalar;
    } else if (option.type == OptionType::kNames) {
      if (!readNames(option, value, read)) return;
    } else if (option.type == OptionType::kStates) {
      if (!readStates(option, value, read)) return;
    } else if (option.type == OptionType::kChoice) {
      std::size_t index = 0;
      const auto path = fmt::format("{} of {}", option.name, step_.spec->name);
      if (!reader_.readChoice(value, path, option.choices, index)) return;
      read.value = value.scalar;
    } else if (option.type == OptionType::kText || option.type == OptionType::kTable) {
      if (!reader_.read(value, fmt::format("{} of {}", option.name, step_.spec->name), read.value))
        return;
      if (option.type == OptionType::kTable) step_.streams.push_back(read.value);
    } else {
      if (!readExpression(value, key, read.value, diagnostics_)) return;
      if (option.type == OptionType::kReduction && contains(option.choices, read.value.text)) {
        read.named = namedReduction(read.value.text);
      }
    }
    step_.options.push_back(std::move(read));
  }

  Diagnostics& diagnostics_;
  ValueReader reader_;
  StepConfig& step_;
};

}  // namespace

std::optional<StepConfig> readStep(const Node& node, Diagnostics& diagnostics) {
  StepConfig step;
  if (!StepReader(diagnostics, step).read(node)) return std::nullopt;
  return step;
}

}  // namespace lockstep::config
