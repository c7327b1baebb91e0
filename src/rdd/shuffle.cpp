#include <lockstep/rdd/shuffle.hpp>

namespace lockstep {

Shuffle::Buckets& Shuffle::writer(std::uint32_t stage, std::uint32_t task) {
  auto& buckets = writers_[{stage, task}];
  if (!buckets) buckets = std::make_unique<Buckets>(shards_);
  return *buckets;
}

void Shuffle::clear() {
  for (auto& [origin, buckets] : writers_)
    for (ShuffleBucket& bucket : *buckets) bucket.clear();
}

std::size_t Shuffle::size(std::uint32_t shard) const {
  std::size_t elements = 0;
  forEachBucket(shard, [&](const ShuffleBucket& bucket) { elements += bucket.size(); });
  return elements;
}

}  // namespace lockstep
