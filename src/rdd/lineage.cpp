#include <lockstep/rdd/rdd.hpp>

namespace lockstep {

void Lineage::addStage(Stage& stage, std::span<const RddBase* const> reads) {
  stage.number_ = static_cast<std::uint32_t>(stages_.size());
  stage.level_ = 0;
  if (stage.slide_.count() == 0 && !reads.empty()) stage.slide_ = reads.front()->slide();
  for (const RddBase* rdd : reads)
    for (const Stage* upstream : rdd->stages())
      stage.level_ = std::max(stage.level_, upstream->level_ + 1);
  stages_.push_back(&stage);
}

}  // namespace lockstep
