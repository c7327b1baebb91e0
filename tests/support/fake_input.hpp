#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <lockstep/ports/input.hpp>

namespace lockstep::test {

/// A record as a test writes it. Null keys and values are std::nullopt.
struct InputRecord {
  std::optional<std::string> key;
  std::optional<std::string> value;
  WallTime timestamp{std::chrono::milliseconds(7)};
  std::vector<std::pair<std::string, std::string>> headers = {};
};

/// Partitions in memory, offsets from 0, no holes. Hands out chunks of `chunk_records`.
class FakeInput final : public Input {
 public:
  explicit FakeInput(std::size_t chunk_records = 1000) : chunk_records_(chunk_records) {}

  void append(const TopicPartition& partition, InputRecord record) {
    log(partition).push_back(std::move(record));
  }
  [[nodiscard]] Offset end(const TopicPartition& partition) {
    return Offset{static_cast<std::int64_t>(log(partition).size())};
  }
  /// Every partition that has ever had a record, or was named.
  std::deque<InputRecord>& log(const TopicPartition& partition) {
    return partitions_.try_emplace(partition, nullptr).first->second.ensure(partition, *this).log;
  }
  void setChunkRecords(std::size_t count) { chunk_records_ = count; }
  /// The partition delivers nothing from this offset on.
  void stallAt(const TopicPartition& partition, Offset offset) {
    log(partition), partitions_.at(partition).reader->stall = offset;
  }

  Status assign(std::span<const PartitionOffset>) override { return {}; }
  PartitionInput& partition(const TopicPartition& partition) override {
    return log(partition), *partitions_.at(partition).reader;
  }

 private:
  struct Chunk final : RecordChunk {
    std::vector<RecordView> views;
    std::deque<std::vector<Header>> headers;
    std::vector<std::string> bytes;  ///< copies, so that a use after release is seen by asan
    [[nodiscard]] std::span<const RecordView> records() const override { return views; }
  };
  struct Reader final : PartitionInput {
    TopicPartition partition;
    FakeInput* input = nullptr;
    std::deque<InputRecord> log;
    Offset next;
    std::optional<Offset> stall;

    Status seek(Offset offset) override { return next = offset, Status(); }
    [[nodiscard]] Offset position() const override { return next; }
    Result<RangeRead> read(Offset until, Deadline) override;
  };
  struct Slot {
    Slot(std::nullptr_t) {}
    std::unique_ptr<Reader> reader;
    Reader& ensure(const TopicPartition& partition, FakeInput& input) {
      if (!reader) {
        reader = std::make_unique<Reader>();
        reader->partition = partition;
        reader->input = &input;
      }
      return *reader;
    }
  };

  std::size_t chunk_records_;
  std::map<TopicPartition, Slot> partitions_;
};

inline Result<RangeRead> FakeInput::Reader::read(Offset until, Deadline) {
  RangeRead result;
  result.complete = next >= until;
  if (result.complete || (stall && next >= *stall)) return result;
  auto chunk = std::make_unique<Chunk>();
  const auto count =
      std::min<std::int64_t>(span(next, until), static_cast<std::int64_t>(input->chunk_records_));
  chunk->bytes.reserve(static_cast<std::size_t>(count) * 2);
  const auto copy = [&](const std::optional<std::string>& text) -> std::optional<std::string_view> {
    if (!text) return std::nullopt;
    return chunk->bytes.emplace_back(*text);
  };
  for (std::int64_t i = 0; i < count; ++i) {
    const InputRecord& record = log.at(static_cast<std::size_t>(next.value()));
    RecordView view{copy(record.key), copy(record.value), next, record.timestamp, &partition, {}};
    if (!record.headers.empty()) {
      auto& headers = chunk->headers.emplace_back();
      for (const auto& [name, value] : record.headers) headers.push_back({name, value});
      view.headers = headers;
    }
    chunk->views.push_back(view);
    next = Offset{next.value() + 1};
  }
  result.chunk = std::move(chunk);
  result.complete = next >= until;
  return result;
}

}  // namespace lockstep::test
