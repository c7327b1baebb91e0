#include <lockstep/model/ledger_record.hpp>

#include <fmt/format.h>
#include <xxhash.h>
#include <nlohmann/json.hpp>

namespace lockstep {
namespace {

using Json = nlohmann::json;

constexpr int kLedgerVersion = 1;
constexpr std::uint64_t kClaimsKept = 1000;

// 64-bit ids and hashes are hexadecimal text: many JSON readers round integers above 2^53.
std::string hex(std::uint64_t number) { return fmt::format("{:016x}", number); }
std::uint64_t unhex(const Json& text) { return std::stoull(text.get<std::string>(), nullptr, 16); }

std::int64_t millis(BatchTime time) { return time.time_since_epoch().count(); }
BatchTime batchTime(const Json& number) {
  return BatchTime(std::chrono::milliseconds(number.get<std::int64_t>()));
}

/// The indexes of the ranges whose partitions `plan` leaves behind.
Json behindToJson(const BatchPlan& plan) {
  Json behind = Json::array();
  for (std::size_t i = 0; i < plan.ranges.size(); ++i)
    if (plan.leavesBehind(plan.ranges[i].partition)) behind.push_back(i);
  return behind;
}

/// Older versions did not write it: of a batch that left its tick open anything may be behind.
std::vector<TopicPartition> behindFromJson(const Json& json, const BatchPlan& plan) {
  std::vector<TopicPartition> behind;
  if (const auto written = json.find("behind"); written != json.end()) {
    for (const auto& index : *written)
      behind.push_back(plan.ranges.at(index.get<std::size_t>()).partition);
  } else if (!plan.closes_own_tick) {
    for (const auto& range : plan.ranges) behind.push_back(range.partition);
  }
  return behind;
}

Json planToJson(const BatchPlan& plan) {
  Json closes = Json::array();
  for (const auto time : plan.closes_first) closes.push_back(millis(time));
  Json ranges = Json::array();
  for (const auto& range : plan.ranges) {
    ranges.push_back({range.partition.topic, range.partition.partition.value(), range.from.value(),
                      range.until.value()});
  }
  Json json = {{"id", plan.id.value()},
               {"time", millis(plan.time)},
               {"closes_first", std::move(closes)},
               {"closes", plan.closes_own_tick},
               {"closed_before", millis(plan.closed_before)},
               {"ranges", std::move(ranges)}};
  if (plan.flushes) json["flushes"] = true;
  if (!plan.behind.empty() || !plan.closes_own_tick) json["behind"] = behindToJson(plan);
  return json;
}

BatchPlan planFromJson(const Json& json) {
  BatchPlan plan;
  plan.id = BatchId{json.at("id").get<std::uint64_t>()};
  plan.time = batchTime(json.at("time"));
  for (const auto& time : json.at("closes_first")) plan.closes_first.push_back(batchTime(time));
  plan.closes_own_tick = json.at("closes").get<bool>();
  plan.flushes = json.value("flushes", false);
  // Older versions did not write it; without windows nothing depends on it.
  if (const auto before = json.find("closed_before"); before != json.end())
    plan.closed_before = batchTime(*before);
  else if (plan.closes_first.empty())
    plan.closed_before = plan.time - std::chrono::milliseconds(1);
  else
    plan.closed_before = plan.closes_first.back();
  for (const auto& range : json.at("ranges")) {
    plan.ranges.push_back(
        {{range.at(0).get<std::string>(), Partition{range.at(1).get<std::int32_t>()}},
         Offset{range.at(2).get<std::int64_t>()},
         Offset{range.at(3).get<std::int64_t>()}});
  }
  plan.behind = behindFromJson(json, plan);
  return plan;
}

Json stateToJson(const StateDeclaration& state) {
  return {{"id", state.id},        {"shards", state.shards},    {"kind", state.kind},
          {"key", state.key_type}, {"value", state.value_type}, {"reduction", state.reduction}};
}

StateDeclaration stateFromJson(const Json& json) {
  return {json.at("id").get<std::string>(),    json.at("shards").get<std::uint32_t>(),
          json.at("kind").get<std::string>(),  json.at("key").get<std::string>(),
          json.at("value").get<std::string>(), json.at("reduction").get<std::string>()};
}

std::string_view kindName(LedgerKind kind) {
  switch (kind) {
    case LedgerKind::kBatch:
      return "batch";
    case LedgerKind::kClaim:
      return "claim";
    case LedgerKind::kPlan:
      return "plan";
  }
  return "batch";
}

Result<LedgerKind> kindFromName(const std::string& name) {
  for (const auto kind : {LedgerKind::kBatch, LedgerKind::kClaim, LedgerKind::kPlan}) {
    if (kindName(kind) == name) return kind;
  }
  return Status(Reaction::kFatal, "unknown kind of ledger record: " + name);
}

Status unreadableRecord(std::string_view why) {
  return Status::fatal(ExitCode::kData, "E210",
                       fmt::format("a ledger record cannot be read: {}", why),
                       "another program wrote to the ledger, or a newer version of Lockstep did");
}

}  // namespace

std::string ledgerKey(const LedgerRecord& record, std::uint64_t ledger_batches) {
  switch (record.kind) {
    case LedgerKind::kBatch:
      return fmt::format("b{}", record.batch.id.value() % ledger_batches);
    case LedgerKind::kClaim:
      return fmt::format("c{}", record.incarnation.value() % kClaimsKept);
    case LedgerKind::kPlan:
      return "p";
  }
  return "p";
}

std::string encode(const LedgerRecord& record) {
  Json topics = Json::array();
  for (const auto& topic : record.topics)
    topics.push_back({topic.topic, topic.id, topic.partitions});
  Json ends = Json::array();
  for (const auto& end : record.ends) {
    ends.push_back({end.partition.topic, end.partition.partition.value(), end.next.value()});
  }
  Json outputs = Json::array();
  for (const auto& output : record.outputs) {
    outputs.push_back({output.partition.topic, output.partition.partition.value(), output.records});
  }
  Json json = {{"v", kLedgerVersion},
               {"kind", kindName(record.kind)},
               {"inc", record.incarnation.value()},
               {"own", hex(record.owner.value())},
               {"batch", planToJson(record.batch)},
               {"topics", std::move(topics)},
               {"ends", std::move(ends)},
               {"outputs", std::move(outputs)},
               {"outputs_hash", hex(record.outputs_hash)},
               {"previous_hash", hex(record.previous_hash)},
               {"graph_hash", hex(record.graph_hash)}};
  for (const auto& file : record.files) json["files"].push_back({file.path, hex(file.hash)});
  for (const auto& state : record.states) json["operators"].push_back(stateToJson(state));
  if (record.open_plan.id.value() != 0) json["open_plan"] = planToJson(record.open_plan);
  return json.dump();
}

Result<LedgerRecord> decodeLedgerRecord(std::string_view value) {
  try {
    const Json json = Json::parse(value);
    if (json.at("v").get<int>() != kLedgerVersion)
      return unreadableRecord("unknown version " + json.at("v").dump());
    LedgerRecord record;
    LOCKSTEP_ASSIGN(record.kind, kindFromName(json.at("kind").get<std::string>()));
    record.incarnation = Incarnation{json.at("inc").get<std::uint64_t>()};
    record.owner = Nonce{unhex(json.at("own"))};
    record.batch = planFromJson(json.at("batch"));
    if (json.contains("open_plan")) record.open_plan = planFromJson(json.at("open_plan"));
    for (const auto& state : json.value("operators", Json::array())) {
      record.states.push_back(stateFromJson(state));
    }
    for (const auto& topic : json.at("topics")) {
      record.topics.push_back({topic.at(0).get<std::string>(), topic.at(1).get<std::string>(),
                               topic.at(2).get<std::int32_t>()});
    }
    for (const auto& end : json.at("ends")) {
      record.ends.push_back(
          {{end.at(0).get<std::string>(), Partition{end.at(1).get<std::int32_t>()}},
           Offset{end.at(2).get<std::int64_t>()}});
    }
    for (const auto& output : json.at("outputs")) {
      record.outputs.push_back(
          {{output.at(0).get<std::string>(), Partition{output.at(1).get<std::int32_t>()}},
           output.at(2).get<std::uint64_t>()});
    }
    for (const auto& file : json.value("files", Json::array()))
      record.files.push_back({file.at(0).get<std::string>(), unhex(file.at(1))});
    record.outputs_hash = unhex(json.at("outputs_hash"));
    record.previous_hash = unhex(json.at("previous_hash"));
    record.graph_hash = unhex(json.at("graph_hash"));
    return record;
  } catch (const std::exception& error) {
    return unreadableRecord(error.what());
  }
}

FileVersion fileVersion(std::string path, std::string_view content) {
  return {std::move(path), XXH3_64bits(content.data(), content.size())};
}

std::uint64_t ledgerHash(std::string_view encoded) {
  return XXH3_64bits(encoded.data(), encoded.size());
}

}  // namespace lockstep
