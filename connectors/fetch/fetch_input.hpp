#pragma once

#include <memory>
#include <unordered_map>

#include <lockstep/base/clock.hpp>
#include <lockstep/ports/input.hpp>

#include "connectors/fetch/feed_reader.hpp"
#include "connectors/fetch/fetch_loop.hpp"
#include "connectors/fetch/fetch_settings.hpp"

namespace lockstep::fetch {

/// Reads assigned partitions, read_committed, over connections of its own to their leaders. Each
/// assign() begins with a new fetch loop: nothing of the old positions can arrive any more.
class FetchInput final : public Input {
 public:
  FetchInput(FetchSettings settings, const Clock& clock);
  ~FetchInput() override;

  Status assign(std::span<const PartitionOffset> positions) override;
  [[nodiscard]] PartitionInput& partition(const TopicPartition& partition) override;

 private:
  const FetchSettings settings_;
  const Clock& clock_;
  const ReaderMemory memory_;
  std::unique_ptr<FetchLoop> loop_;
  std::unordered_map<TopicPartition, std::unique_ptr<FeedReader>> readers_;
};

/// Makes inputs with the same settings. Thread: any.
class FetchInputFactory final : public InputFactory {
 public:
  FetchInputFactory(FetchSettings settings, const Clock& clock)
      : settings_(std::move(settings)), clock_(clock) {}
  [[nodiscard]] Result<std::unique_ptr<Input>> createInput() override;

 private:
  const FetchSettings settings_;
  const Clock& clock_;
};

}  // namespace lockstep::fetch
