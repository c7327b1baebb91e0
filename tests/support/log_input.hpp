#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <lockstep/base/clock.hpp>
#include <lockstep/ports/input.hpp>

namespace lockstep::test {

/// A clock that moves only when somebody sleeps, or when told to.
class LogClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override { return Instant(elapsed); }
  [[nodiscard]] WallTime wallNow() const override {
    return WallTime(std::chrono::hours(24 * 365 * 50)) +
           std::chrono::duration_cast<std::chrono::milliseconds>(elapsed);
  }
  void sleep(std::chrono::nanoseconds duration) override { elapsed += duration; }

  std::chrono::nanoseconds elapsed{0};
};

/// Logs in memory, and inputs that read them: just enough to replay a changelog. A record may be
/// taken out (compaction), the front cut off, the end pinned (a last stable offset).
class LogInputs final : public InputFactory {
 public:
  struct Stored {
    Offset offset;
    std::optional<std::string> key;
    std::optional<std::string> value;
    WallTime timestamp;
  };
  struct Log {
    std::deque<Stored> records;
    Offset start{0};
    Offset end{0};
    std::optional<Offset> stable;  ///< nothing at or past it can be read
  };

  void append(const TopicPartition& partition, std::span<const EncodedRecord> records) {
    Log& log = logs[partition];
    for (const auto& record : records) {
      Stored stored{log.end, {}, {}, record.timestamp};
      if (record.key) stored.key = std::string(*record.key);
      if (record.value) stored.value = std::string(*record.value);
      log.records.push_back(std::move(stored));
      log.end = Offset(log.end.value() + 1);
    }
    if (!records.empty()) log.end = Offset(log.end.value() + 1);  // the commit marker
  }
  [[nodiscard]] Offset start(const TopicPartition& partition) { return logs[partition].start; }
  [[nodiscard]] Offset end(const TopicPartition& partition) { return logs[partition].end; }
  [[nodiscard]] std::size_t size(const TopicPartition& partition) {
    return logs[partition].records.size();
  }

  Result<std::unique_ptr<Input>> createInput() override {
    return std::unique_ptr<Input>(std::make_unique<LogInput>(*this));
  }

  std::map<TopicPartition, Log> logs;
  std::size_t chunk_records = 3;
  int empty_reads = 0;  ///< so many reads bring nothing before each that does

 private:
  class Chunk final : public RecordChunk {
   public:
    [[nodiscard]] std::span<const RecordView> records() const override { return views; }
    std::vector<RecordView> views;
  };

  class LogPartition final : public PartitionInput {
   public:
    LogPartition(LogInputs& owner, TopicPartition partition)
        : owner_(owner), partition_(std::move(partition)) {}
    Status seek(Offset next) override {
      position_ = next;
      return {};
    }
    [[nodiscard]] Offset position() const override { return position_; }
    Result<RangeRead> read(Offset until, Deadline /*deadline*/) override {
      RangeRead read;
      if (empty_ < owner_.empty_reads) {
        ++empty_;
        return read;
      }
      empty_ = 0;
      const Log& log = owner_.logs[partition_];
      const Offset readable = std::min(until, log.stable.value_or(until));
      auto chunk = std::make_unique<Chunk>();
      auto record = std::lower_bound(
          log.records.begin(), log.records.end(), position_,
          [](const Stored& stored, Offset position) { return stored.offset < position; });
      for (; record != log.records.end() && record->offset < readable; ++record) {
        if (chunk->views.size() == owner_.chunk_records) break;
        chunk->views.push_back(
            {record->key, record->value, record->offset, record->timestamp, &partition_, {}});
        position_ = Offset(record->offset.value() + 1);
      }
      if (chunk->views.empty()) {
        position_ = std::max(position_, readable);
      } else {
        read.chunk = std::move(chunk);
      }
      read.complete = position_ >= until;
      return read;
    }

   private:
    LogInputs& owner_;
    TopicPartition partition_;
    Offset position_;
    int empty_ = 0;
  };

  class LogInput final : public Input {
   public:
    explicit LogInput(LogInputs& owner) : owner_(owner) {}
    Status assign(std::span<const PartitionOffset> positions) override {
      for (const auto& position : positions) {
        auto& partition = partitions_[position.partition];
        partition = std::make_unique<LogPartition>(owner_, position.partition);
        if (auto status = partition->seek(position.next); !status.ok()) return status;
      }
      return {};
    }
    [[nodiscard]] PartitionInput& partition(const TopicPartition& partition) override {
      return *partitions_.at(partition);
    }

   private:
    LogInputs& owner_;
    std::map<TopicPartition, std::unique_ptr<LogPartition>> partitions_;
  };
};

}  // namespace lockstep::test
