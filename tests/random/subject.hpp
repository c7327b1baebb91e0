#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "src/simulation/evidence.hpp"
#include "src/simulation/fault_run.hpp"
#include "tests/random/generator.hpp"

namespace lockstep::random_graphs {

/// A drawn graph with records that the same seed draws, and what it has committed.
class RandomSubject final : public sim::Subject {
 public:
  explicit RandomSubject(const GraphChoice& choice, Guarantee guarantee = Guarantee::kExactlyOnce);

  [[nodiscard]] const Plan& plan() const override { return plan_; }
  [[nodiscard]] Result<ApplicationSpec> make() override;
  void prepare(memory::Admin& kafka) override;
  void feed(memory::Admin& kafka, std::size_t step, BatchTime tick) override;
  void decided(memory::Admin& kafka, std::size_t /*step*/) override { taker_.decided(kafka); }
  void ended(memory::Admin& kafka) override { evidence_ = taker_.take(kafka, running_->states()); }

  [[nodiscard]] const DrawnGraph& drawn() const { return drawn_; }
  [[nodiscard]] const Effects& effects() const { return *effects_; }
  /// REQUIRES: the run has ended well.
  [[nodiscard]] const sim::Evidence& evidence() const { return evidence_; }

 private:
  void feedTopic(memory::Admin& kafka, const std::string& topic, std::int32_t partitions,
                 sim::Prng& random, BatchTime tick);

  const GraphChoice choice_;
  const std::shared_ptr<Effects> effects_ = std::make_shared<Effects>();
  const DrawnGraph drawn_;
  Plan plan_;
  sim::EvidenceTaker taker_;
  std::shared_ptr<DStreamGraph> running_;
  sim::Evidence evidence_;
};

}  // namespace lockstep::random_graphs
