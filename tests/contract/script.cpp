#include "tests/contract/script.hpp"

#include <array>

namespace lockstep::test {

TopicPartition Script::topic(const std::string& suffix, std::int32_t partitions,
                             const Config& config) {
  kafka->createTopic({name(suffix), partitions, -1, config});
  return {name(suffix), Partition(0)};
}

TopicPartition Script::compactedTopic(const std::string& suffix) {
  return topic(suffix, 1,
               {{"cleanup.policy", "compact"},
                {"min.cleanable.dirty.ratio", "0.001"},
                {"segment.ms", "100"},
                {"min.compaction.lag.ms", "0"},
                {"max.compaction.lag.ms", "100"},
                {"delete.retention.ms", "100"}});
}

std::unique_ptr<TransactionalOutput> Script::initialised(
    std::chrono::milliseconds transaction_timeout) {
  const auto factory = kafka->outputs({name("app"), group(), transaction_timeout});
  auto output = factory->createOutput();
  REQUIRE(output.ok());
  REQUIRE(init(**output).ok());
  return std::move(*output);
}

Status Script::init(TransactionalOutput& output) const {
  const Deadline deadline = Deadline::in(clock(), kPatience);
  Status status = output.init(kPatience);
  while (!status.ok() && status.reaction() == Reaction::kRetry && !deadline.passed(clock()))
    status = output.init(kPatience);
  return status;
}

Status Script::append(TransactionalOutput& output, const TopicPartition& target,
                      const Values& values) const {
  std::vector<EncodedRecord> encoded;
  for (const std::string& value : values)
    encoded.push_back({std::nullopt, appended_.emplace_back(value), clock().wallNow(), {}});
  std::size_t appended = 0;
  const Status status = output.append(target, encoded, Deadline::in(clock(), kPatience), appended);
  if (status.ok()) CHECK(appended == encoded.size());
  return status;
}

Status Script::commit(TransactionalOutput& output, const std::vector<PartitionOffset>& consumed,
                      const std::string& metadata) const {
  const Deadline deadline = Deadline::in(clock(), kPatience);
  Status status = output.commit(consumed, metadata, kPatience);
  while (!status.ok() && status.reaction() == Reaction::kRetry && !deadline.passed(clock()))
    status = output.commit(consumed, metadata, kPatience);
  return status;
}

void Script::checkRefused(TransactionalOutput& output, const TopicPartition& target,
                          const EncodedRecord& record, const TopicPartition& consumed) const {
  std::size_t appended = 0;
  Status status = output.append(target, {&record, 1}, Deadline::in(clock(), kPatience), appended);
  if (status.ok()) status = commit(output, {{consumed, Offset(1)}});
  REQUIRE_FALSE(status.ok());
  CHECK(status.reaction() == Reaction::kAbort);
  REQUIRE(output.abort(kPatience).ok());
  CHECK(output.dirty());
  CHECK(committed(consumed) == "-");
  CHECK(values(target).empty());
}

std::string Script::committed(const TopicPartition& partition) const {
  const auto answer = cluster->committed(std::array{partition}, kPatience);
  INFO((answer.ok() ? "" : answer.status().toString()));
  REQUIRE(answer.ok());
  const CommittedOffset& offset = answer->front();
  if (!offset.offset) return "-";
  return std::to_string(offset.offset->value()) + " " + offset.metadata;
}

std::int64_t Script::lastStable(const TopicPartition& partition) const {
  const auto answer = cluster->lastStable(std::array{partition}, kPatience);
  REQUIRE(answer.ok());
  return answer->front().value();
}

std::int64_t Script::highWatermark(const TopicPartition& partition) const {
  const auto answer = cluster->highWatermarks(std::array{partition}, kPatience);
  REQUIRE(answer.ok());
  return answer->front().value();
}

std::int64_t Script::awaitStable(const TopicPartition& partition) const {
  const Deadline deadline = Deadline::in(clock(), kPatience);
  while (lastStable(partition) != highWatermark(partition)) {
    REQUIRE_FALSE(deadline.passed(clock()));
    clock().sleep(std::chrono::milliseconds(5));
  }
  return highWatermark(partition);
}

Values Script::values(const TopicPartition& partition, Isolation isolation) const {
  Values all;
  for (const SeenRecord& record : kafka->readAll(partition, isolation))
    all.push_back(record.value.value_or("null"));
  return all;
}

std::unique_ptr<Input> Script::reader(const TopicPartition& partition, std::int64_t from) const {
  auto input = kafka->inputs(group())->createInput();
  REQUIRE(input.ok());
  REQUIRE((*input)->assign(std::array{PartitionOffset{partition, Offset(from)}}).ok());
  return std::move(*input);
}

Values Script::readRange(const Script& script, PartitionInput& input, std::int64_t until) {
  Values seen;
  const Deadline deadline = Deadline::in(script.clock(), kPatience);
  for (;;) {
    auto read = input.read(Offset(until), deadline);
    INFO((read.ok() ? "" : read.status().toString()));
    REQUIRE(read.ok());
    if (read->chunk)
      for (const RecordView& record : read->chunk->records())
        seen.push_back(std::to_string(record.offset.value()) + ":" +
                       std::string(record.value.value_or("null")));
    if (read->complete) break;
    REQUIRE_FALSE(deadline.passed(script.clock()));
  }
  CHECK(input.position() == Offset(until));
  return seen;
}

std::vector<Record> records(const Values& values) {
  std::vector<Record> made;
  for (const std::string& value : values) made.push_back({std::nullopt, value, std::nullopt, {}});
  return made;
}

}  // namespace lockstep::test
