#include <lockstep/rdd/task.hpp>

#include <string>

#include <lockstep/base/hash.hpp>
#include <lockstep/base/units.hpp>

#include "src/rdd/dead_letter.hpp"

namespace lockstep {

void Task::begin(const BatchPass& pass, const BatchPlan& plan, const BatchServices& services,
                 WallTime wall_now, std::atomic<std::uint64_t>& shuffled) {
  shuffled_ = &shuffled;
  pass_ = &pass;
  plan_ = &plan;
  services_ = &services;
  wall_now_ = wall_now;
  context_.batch = plan.id;
  context_.time = plan.time;
  context_.arena.clear();
  outputs_.clear();
  dead_letters_.clear();
  counters_ = {};
  if (counts_ != nullptr) counts_->clear();
  for (auto& [node, instance] : operators_) instance->begin(*this);
}

Status Task::finish() {
  for (auto& [node, instance] : operators_) LOCKSTEP_TRY(instance->finish(*this));
  for (auto& [partition, batch] : dead_letters_)
    addOutput({OutputRole::kDeadLetter,
               {services_->errors.dead_letter_topic, Partition{static_cast<int>(partition)}},
               std::move(batch),
               0,
               {}});
  dead_letters_.clear();
  return {};
}

void Task::abandon() {
  for (auto& [node, instance] : operators_) instance->abandon();
  outputs_.clear();
  dead_letters_.clear();
}

void Task::addOutput(BatchOutput output) {
  if (output.role != OutputRole::kChangelog) output.hash.add(output.records->records());
  outputs_.push_back(std::move(output));
}

Status Task::checkCancelled() const {
  if (services_->cancelled->load(std::memory_order_relaxed)) [[unlikely]]
    return Status::abort("batch " + std::to_string(plan_->id.value()) + " was cancelled");
  if (services_->state_undecided_max != 0 && services_->state != nullptr &&
      services_->state->memory(plan_->id).undecided > services_->state_undecided_max) [[unlikely]]
    return Status::abort("batch " + std::to_string(plan_->id.value()) + " outgrew its state");
  if (shuffled_->load(std::memory_order_relaxed) > services_->shuffle_bytes_max) [[unlikely]]
    return Status::abort("batch " + std::to_string(plan_->id.value()) + " shuffles more than " +
                         formatBytes({services_->shuffle_bytes_max}) +
                         ", a quarter of state.memory_limit");
  return {};
}

Status Task::reject(const FailedElement& element, const RecordError& error) {
  const OnError way = services_->errors.of(error.kind());
  if (way == OnError::kDrop) {
    ++counters_.dropped[error.step()];
    return {};
  }
  if (way == OnError::kStop)
    return Status::fatal(ExitCode::kData, "E301", describeFailure(element, error),
                         "correct the record's producer or the step, or set errors." +
                             std::string(toString(error.kind())) +
                             ": dead_letter; nothing of the batch was committed");
  const std::string& name = services_->errors.dead_letter_topic;
  const auto topic = services_->topics.find(name);
  if (topic == services_->topics.end() || topic->second.partitions < 1)
    return Status::fatal(ExitCode::kConfiguration, "E211",
                         "the dead-letter topic '" + name + "' does not exist",
                         "create it, or let errors.dead_letter_topic name one that exists");
  const auto partitions = static_cast<std::uint32_t>(topic->second.partitions);
  const std::uint32_t partition = deadLetterPartition(element, partitions);
  appendDeadLetter(element, error, {topic->second, plan_->time, wall_now_},
                   deadLetterBatch(partition));
  ++counters_.dead_letters[{error.step(), error.kind()}];
  return {};
}

/// Without a key, dead letters of one source partition stay together, and so in order.
std::uint32_t Task::deadLetterPartition(const FailedElement& element,
                                        std::uint32_t partitions) const {
  if (element.key) return partitionOfHash(murmur2(*element.key), partitions);
  if (element.source == nullptr) return index() % partitions;
  return static_cast<std::uint32_t>(element.source->partition.value()) % partitions;
}

RecordBatch& Task::deadLetterBatch(std::uint32_t partition) {
  PooledBatch& batch = dead_letters_[partition];
  if (!batch) batch = services_->pool->acquire();
  return *batch;
}

}  // namespace lockstep
