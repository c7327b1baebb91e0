#include <lockstep/rdd/accumulators.hpp>

#include <algorithm>
#include <exception>

#include <lockstep/base/hash.hpp>
#include <lockstep/base/log.hpp>
#include <lockstep/model/internal_topics.hpp>

namespace lockstep {
namespace {

/// What a value's bytes in the state begin with: its type, and a zero.
std::string headOf(const AccumulatorBase& accumulator) { return accumulator.type() + '\0'; }

/// E231 when the value is another type's.
Result<std::optional<std::string_view>> valueOf(const AccumulatorBase& accumulator,
                                                std::optional<std::string_view> stored) {
  if (!stored) return std::optional<std::string_view>();
  const std::string head = headOf(accumulator);
  if (stored->starts_with(head)) return std::optional(stored->substr(head.size()));
  return Status::fatal(ExitCode::kData, "E231",
                       "accumulator '" + accumulator.name() + "': type: was " +
                           std::string(stored->substr(0, stored->find('\0'))) + ", is " +
                           accumulator.type(),
                       "change it back, or give the accumulator a new name: it begins at zero");
}

Status failed(const AccumulatorBase& accumulator, const std::exception& error) {
  return Status::fatal(ExitCode::kData, "E303",
                       "accumulator '" + accumulator.name() + "': " + error.what(),
                       "nothing of the batch was committed; correct its functions or its format");
}

/// Runs `body` on the worker that owns the shard.
template <class Body>
Status onShard(const BatchServices& services, const Body& body) {
  Status status;
  const TaskJob job{[&](std::uint32_t) { status = body(); }, 0};
  services.runner->run({&job, 1});
  return status;
}

}  // namespace

void Accumulators::add(std::shared_ptr<AccumulatorBase> accumulator) {
  accumulator->owner_ = this;
  accumulator->number_ = accumulators_.size();
  accumulators_.push_back(std::move(accumulator));
  batch_parts_ = makeParts(true);
}

bool Accumulators::has(const std::string& name) const {
  return std::any_of(accumulators_.begin(), accumulators_.end(),
                     [&](const auto& accumulator) { return accumulator->name() == name; });
}

std::unique_ptr<AccumulatorParts> Accumulators::makeParts(bool of_batch) const {
  if (empty()) return nullptr;
  std::vector<std::unique_ptr<AccumulatorPart>> parts;
  for (const auto& accumulator : accumulators_) parts.push_back(accumulator->makePart());
  return std::make_unique<AccumulatorParts>(*this, std::move(parts), of_batch);
}

/// What comes later was taken back: batches are decided in order.
void Accumulators::begin(BatchId batch) {
  undecided_.erase(undecided_.lower_bound(batch), undecided_.end());
  if (batch_parts_ != nullptr) batch_parts_->clear();
}

void Accumulators::collect(AccumulatorParts* task) {
  if (task != nullptr) batch_parts_->merge(*task);
}

StateShard& Accumulators::shard(const BatchServices& services) {
  return services.state->shard(kStateId, ShardId{0});
}

Status Accumulators::seal(const BatchPlan& plan, const BatchServices& services,
                          BatchResult& result) {
  if (empty()) return {};
  Values values;
  PooledBatch changelog = services.pool->acquire();
  LOCKSTEP_TRY(onShard(services, [&] {
    Status written = write(plan, services, values);
    if (written.ok()) services.state->seal(plan.id, kStateId, ShardId{0}, *changelog);
    return written;
  }));
  undecided_[plan.id] = std::move(values);
  if (changelog->empty()) return {};
  const std::string topic = changelogTopic(services.application, std::string(kStateId));
  result.outputs.push_back(
      {OutputRole::kChangelog, {topic, Partition{0}}, std::move(changelog), number_, {}});
  return {};
}

Status Accumulators::write(const BatchPlan& plan, const BatchServices& services, Values& values) {
  std::vector<StateKey> keys;
  std::vector<std::size_t> numbers;
  for (const auto& accumulator : accumulators_) {
    if (!batch_parts_->part(accumulator->number()).any()) continue;
    keys.push_back({accumulator->name(), murmur2(accumulator->name())});
    numbers.push_back(accumulator->number());
  }
  if (keys.empty()) return {};
  std::vector<StateEntry*> entries(keys.size());
  LOCKSTEP_TRY(shard(services).touch(plan.id, plan.time, keys, entries.data()));
  for (std::size_t i = 0; i < keys.size(); ++i) {
    LOCKSTEP_TRY(addTo(numbers[i], *entries[i], values));
    shard(services).assign(*entries[i], values.back().second);
  }
  return {};
}

Status Accumulators::addTo(std::size_t number, const StateEntry& entry, Values& values) {
  const AccumulatorBase& accumulator = *accumulators_[number];
  std::optional<std::string_view> stored;
  if (entry.present()) stored = entry.value();
  LOCKSTEP_ASSIGN(stored, valueOf(accumulator, stored));
  std::string bytes = headOf(accumulator);
  try {
    accumulator.addTo(stored, batch_parts_->part(number), bytes);
  } catch (const std::exception& error) {
    return failed(accumulator, error);
  }
  values.emplace_back(number, std::move(bytes));
  return {};
}

void Accumulators::confirmed(BatchId batch) {
  const auto found = undecided_.find(batch);
  if (found == undecided_.end()) return;
  for (const auto& [number, bytes] : found->second) {
    const Status shown = publish(number, bytes);
    if (!shown.ok()) log::error("batch {} is committed: {}", batch.value(), shown.toString());
  }
  undecided_.erase(undecided_.begin(), std::next(found));
}

Status Accumulators::load(const BatchServices& services) {
  if (empty() || services.state == nullptr) return {};
  undecided_.clear();
  return onShard(services, [&] { return publishStored(shard(services)); });
}

Status Accumulators::publishStored(StateShard& shard) {
  for (const auto& accumulator : accumulators_) {
    const StateKey key{accumulator->name(), murmur2(accumulator->name())};
    const StateEntry* entry = nullptr;
    LOCKSTEP_TRY(shard.find({&key, 1}, &entry));
    std::optional<std::string_view> stored;
    if (entry != nullptr) stored = entry->value();
    LOCKSTEP_TRY(publish(accumulator->number(), stored));
  }
  return {};
}

Status Accumulators::publish(std::size_t number, std::optional<std::string_view> stored) {
  AccumulatorBase& accumulator = *accumulators_[number];
  LOCKSTEP_ASSIGN(stored, valueOf(accumulator, stored));
  try {
    accumulator.publish(stored);
    return {};
  } catch (const std::exception& error) {
    return failed(accumulator, error);
  }
}

}  // namespace lockstep
