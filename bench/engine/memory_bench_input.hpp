#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <lockstep/base/arena.hpp>
#include <lockstep/ports/input.hpp>

namespace lockstep::bench {

/// Decoded records of one partition in memory, read again and again: offsets run on, the content
/// repeats. Chunks of 2,000 records, as the Kafka client hands them out.
class MemoryBenchInput final : public Input {
 public:
  explicit MemoryBenchInput(TopicPartition partition) : reader_(std::move(partition)) {}

  void add(std::optional<std::string_view> key, std::string_view value) {
    RecordView record;
    if (key) record.key = reader_.bytes.copy(*key);
    record.value = reader_.bytes.copy(value);
    record.timestamp = WallTime(std::chrono::milliseconds(1'700'000'000'000));
    record.source = &reader_.partition;
    record.offset = Offset{static_cast<std::int64_t>(reader_.records.size())};
    reader_.records.push_back(record);
  }
  [[nodiscard]] std::size_t size() const { return reader_.records.size(); }

  Status assign(std::span<const PartitionOffset>) override { return {}; }
  PartitionInput& partition(const TopicPartition&) override { return reader_; }

 private:
  struct Chunk final : RecordChunk {
    explicit Chunk(std::span<const RecordView> all) : views(all) {}
    std::span<const RecordView> views;
    [[nodiscard]] std::span<const RecordView> records() const override { return views; }
  };
  struct Reader final : PartitionInput {
    explicit Reader(TopicPartition tp) : partition(std::move(tp)) {}
    TopicPartition partition;
    Arena bytes;
    std::vector<RecordView> records;
    Offset next;

    Status seek(Offset offset) override { return next = offset, Status(); }
    [[nodiscard]] Offset position() const override { return next; }
    Result<RangeRead> read(Offset until, Deadline) override {
      RangeRead result;
      const std::size_t at = static_cast<std::size_t>(next.value()) % records.size();
      const std::size_t count = std::min(
          {static_cast<std::size_t>(span(next, until)), std::size_t{2000}, records.size() - at});
      if (count > 0) result.chunk = std::make_unique<Chunk>(std::span(records).subspan(at, count));
      next = Offset{next.value() + static_cast<std::int64_t>(count)};
      result.complete = next >= until;
      return result;
    }
  };

  Reader reader_;
};

/// Numbers 0 .. n - 1, number i with a probability proportional to 1 / (i + 1) ^ exponent.
class Zipf {
 public:
  Zipf(std::size_t n, double exponent) : cumulative_(n) {
    double total = 0;
    for (std::size_t i = 0; i < n; ++i)
      cumulative_[i] = total += 1 / std::pow(static_cast<double>(i + 1), exponent);
  }
  template <class Random>
  std::size_t operator()(Random& random) const {
    std::uniform_real_distribution<double> place(0, cumulative_.back());
    const auto found = std::lower_bound(cumulative_.begin(), cumulative_.end(), place(random));
    return static_cast<std::size_t>(found - cumulative_.begin());
  }

 private:
  std::vector<double> cumulative_;
};

}  // namespace lockstep::bench
