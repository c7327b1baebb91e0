#include "connectors/fetch/fetched_chunk.hpp"

#include <utility>

namespace lockstep::fetch {

void ChunkRecords::hold(std::shared_ptr<const Buffer> memory) {
  if (held_.empty() || held_.back() != memory) held_.push_back(std::move(memory));
}

bool ChunkRecords::addHeaders(const WireRecord& record) {
  HeaderRun run{records_.size() - 1, headers_.size(), 0};
  if (!readHeaders(record, headers_)) return false;
  run.count = headers_.size() - run.first;
  header_runs_.push_back(run);
  return true;
}

void ChunkRecords::finish(std::shared_ptr<const TopicPartition> source) {
  source_ = std::move(source);
  for (const auto& run : header_runs_) {  // only now: the list grew meanwhile
    records_[run.record].headers = std::span(headers_).subspan(run.first, run.count);
  }
}

void ChunkRecords::clear() {
  records_.clear();
  headers_.clear();
  header_runs_.clear();
  held_.clear();
  source_.reset();
}

}  // namespace lockstep::fetch
