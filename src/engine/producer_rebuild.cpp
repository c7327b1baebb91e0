// The transactional producer is made, and after every initialisation offsets, batch id and owner
// are read again before the next transaction begins.
#include <algorithm>

#include <fmt/format.h>

#include "src/engine/engine_impl.hpp"
#include "src/engine/errors.hpp"
#include "src/engine/outcome_resolution.hpp"
#include "src/engine/recovery.hpp"

namespace lockstep {
namespace {

constexpr int kReadsWithoutTopicMax = 6;

}  // namespace

void Engine::Impl::pumpProducer() {
  if (!owned_ || life_.is(ApplicationState::kWatching)) return;
  const bool finished =
      draining() && pipeline_.empty() && !checkpoints_.due(now_, committed_.batch().id, true);
  if (finished) return;
  if (producer_.is(ProducerState::kNeeded) && producer_backoff_.over(now_)) {
    producer_.move(ProducerState::kInitialising);
    out_.push_back(command::InitProducer{kRequestTimeout});
  }
  if (producer_.is(ProducerState::kReadingBack) && !reading_cluster_ && !creating_topics_ &&
      control_backoff_.over(now_)) {
    reading_cluster_ = true;
    out_.push_back(command::ReadCluster{kRequestTimeout});
  }
}

void Engine::Impl::handle(const event::ProducerReady& ready) {
  if (ready.status.ok()) {
    producer_.move(ProducerState::kReadingBack);
    return;
  }
  producer_.move(ProducerState::kNeeded);
  producer_backoff_.failed(now_);
  if (ready.status.reaction() != Reaction::kFatal) return;
  if (ready.status.info().code.empty()) {
    loseProducer();
  } else {
    stop(ready.status);
  }
}

void Engine::Impl::handle(const event::ClusterRead& read) {
  LOCKSTEP_CHECK(reading_cluster_, "the cluster was being read");
  reading_cluster_ = false;
  if (!read.status.ok()) {
    if (read.status.reaction() == Reaction::kFatal) {
      stop(read.status);
    } else {
      control_backoff_.failed(now_);
    }
    return;
  }
  if (life_.is(ApplicationState::kWatching)) {
    watchOwner(read);
  } else if (claimed_) {
    readBack(read);
  } else {
    recoverFrom(read);
  }
}

/// Brokers forget topics for moments: before a missing one stops the application, ask again.
bool Engine::Impl::readAgain(const ClusterView& cluster) {
  if (!cluster.lacksTopic() || ++reads_without_topic_ >= kReadsWithoutTopicMax) return false;
  control_backoff_.failed(now_);
  return true;
}

/// What is committed after fencing decides what happened, and whether we may go on.
void Engine::Impl::readBack(const event::ClusterRead& read) {
  const ClusterView cluster(read);
  if (const auto same = checkTopics(options_, inputs_, cluster, committed_.last); !same.ok()) {
    if (!readAgain(cluster)) stop(same);
    return;
  }
  const auto* attempt = attempt_ ? &*attempt_ : nullptr;
  const auto outcome = resolveOutcome(options_, committed_, attempt, cluster);
  if (!outcome.ok()) {
    const bool other = outcome.status().exitCode() == ExitCode::kOtherOwner;
    stop(outcome.status(), other ? std::optional(read.ledger.owner) : std::nullopt);
    return;
  }
  reads_without_topic_ = 0;
  producer_.move(ProducerState::kReady);
  control_backoff_.succeeded();
  if (auto settled = std::exchange(attempt_, std::nullopt)) {
    if (*outcome == Outcome::kCommitted) {
      decided(std::move(*settled), read.ledger_hash);
    } else {
      aborted(*settled, {});
    }
  }
  committed_.ends = read.high_watermarks;
  ends_ = Ends::kKnown;
}

/// Fenced, or dead for another reason: by whom is read after the next initialisation.
void Engine::Impl::loseProducer() {
  if (claimed_) {
    needs_claim_ = true;
    if (fencing_.takeRecovery(now_)) return;
    stop(errors::stop(options_, ExitCode::kRestart, "E220",
                      "the producer was lost more than three times in five minutes, "
                      "although no other instance has claimed the application",
                      "restart it; raise kafka.transaction_timeout if brokers are slow"));
    return;
  }
  if (const auto pause = fencing_.takeStart()) {
    producer_backoff_.holdUntil(now_ + *pause);
    return;
  }
  stop(errors::otherOwner(options_,
                          "fenced four times before the first claim: another instance is "
                          "starting as well"),
       committed_.last.owner);
}

}  // namespace lockstep
