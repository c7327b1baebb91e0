#include "connectors/fetch/aborted_filter.hpp"

#include <algorithm>
#include <utility>

namespace lockstep::fetch {

AbortedFilter::AbortedFilter(std::vector<AbortedTransaction> aborted)
    : aborted_(std::move(aborted)) {
  std::sort(aborted_.begin(), aborted_.end(), [](const auto& left, const auto& right) {
    return left.first_offset < right.first_offset;
  });
}

bool AbortedFilter::skips(const BatchHeader& header, std::string_view bytes) {
  while (next_ < aborted_.size() && aborted_[next_].first_offset < header.nextOffset()) {
    const auto producer = aborted_[next_++].producer;
    if (std::find(producers_.begin(), producers_.end(), producer) == producers_.end()) {
      producers_.push_back(producer);
    }
  }
  const auto found = std::find(producers_.begin(), producers_.end(), header.producer);
  if (header.control()) {
    if (found != producers_.end() && isAbortMarker(bytes, header)) producers_.erase(found);
    return true;
  }
  return header.transactional() && found != producers_.end();
}

}  // namespace lockstep::fetch
