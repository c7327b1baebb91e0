#include <lockstep/model/checkpoint_positions.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <lockstep/model/ledger_record.hpp>

namespace lockstep {
namespace {

using Json = nlohmann::json;
constexpr int kPositionsVersion = 4;
constexpr std::size_t kChecksumDigits = 16;

Status unreadablePositions(std::string_view why) {
  return {Reaction::kFatal, fmt::format("the positions of the checkpoint cannot be read: {}", why)};
}

Json operatorToJson(const StateDeclaration& state) {
  return {{"id", state.id},        {"shards", state.shards},    {"kind", state.kind},
          {"key", state.key_type}, {"value", state.value_type}, {"reduction", state.reduction}};
}

StateDeclaration operatorFromJson(const Json& json) {
  StateDeclaration state;
  state.id = json.at("id").get<std::string>();
  state.shards = json.at("shards").get<std::uint32_t>();
  state.kind = json.at("kind").get<std::string>();
  state.key_type = json.at("key").get<std::string>();
  state.value_type = json.at("value").get<std::string>();
  state.reduction = json.at("reduction").get<std::string>();
  return state;
}

PartitionOffset offsetFromJson(const Json& json) {
  return {{json.at(0).get<std::string>(), Partition{json.at(1).get<std::int32_t>()}},
          Offset{json.at(2).get<std::int64_t>()}};
}

CheckpointPositions fromJson(const Json& json) {
  CheckpointPositions positions;
  positions.application = json.at("application").get<std::string>();
  positions.batch = BatchId{json.at("batch").get<std::uint64_t>()};
  positions.applied = WallTime(std::chrono::milliseconds(json.at("applied").get<std::int64_t>()));
  for (const auto& input : json.at("inputs")) positions.inputs.push_back(offsetFromJson(input));
  for (const auto& changelog : json.at("changelogs")) {
    const auto position = offsetFromJson(changelog);
    positions.changelogs.push_back({position.partition, position.next,
                                    changelog.at(3).get<std::string>(),
                                    changelog.at(4).get<std::uint64_t>()});
  }
  for (const auto& state : json.at("operators")) {
    positions.operators.push_back(operatorFromJson(state));
  }
  return positions;
}

}  // namespace

std::string encode(const CheckpointPositions& positions) {
  Json inputs = Json::array();
  for (const auto& input : positions.inputs) {
    inputs.push_back(
        {input.partition.topic, input.partition.partition.value(), input.next.value()});
  }
  Json changelogs = Json::array();
  for (const auto& changelog : positions.changelogs) {
    changelogs.push_back({changelog.partition.topic, changelog.partition.partition.value(),
                          changelog.next.value(), changelog.topic_id, changelog.keys});
  }
  Json operators = Json::array();
  for (const auto& state : positions.operators) operators.push_back(operatorToJson(state));
  const Json json = {
      {"v", kPositionsVersion},           {"application", positions.application},
      {"batch", positions.batch.value()}, {"applied", positions.applied.time_since_epoch().count()},
      {"inputs", std::move(inputs)},      {"changelogs", std::move(changelogs)},
      {"operators", std::move(operators)}};
  const auto text = json.dump();
  return fmt::format("{:016x}\n{}", ledgerHash(text), text);
}

Result<CheckpointPositions> decodeCheckpointPositions(std::string_view text) {
  if (text.size() <= kChecksumDigits || text[kChecksumDigits] != '\n') {
    return unreadablePositions("no checksum");
  }
  const auto body = text.substr(kChecksumDigits + 1);
  if (text.substr(0, kChecksumDigits) != fmt::format("{:016x}", ledgerHash(body))) {
    return unreadablePositions("the checksum is wrong");
  }
  try {
    const Json json = Json::parse(body);
    if (json.at("v").get<int>() != kPositionsVersion) {
      return unreadablePositions("unknown version " + json.at("v").dump());
    }
    return fromJson(json);
  } catch (const std::exception& error) {
    return unreadablePositions(error.what());
  }
}

}  // namespace lockstep
