#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include <lockstep/ports/state_backend.hpp>

#include "state/table/hash_state_table.hpp"

namespace lockstep::bench {

/// The state port on the real table, with changelog records but without changelog topic or disk.
class TableState final : public StateBackend {
 public:
  explicit TableState(std::vector<StateDeclaration> declarations)
      : declarations_(std::move(declarations)) {
    for (const StateDeclaration& declaration : declarations_)
      for (std::uint32_t i = 0; i < declaration.shards; ++i)
        tables_.push_back(factory_.createTable());
  }

  StateShard& shard(std::string_view id, ShardId shard) override { return table(id, shard); }
  Result<RestoreReport> restore(const StateTarget&, InputFactory&,
                                std::chrono::nanoseconds) override {
    return RestoreReport{};
  }
  void seal(BatchId batch, std::string_view id, ShardId shard, RecordBatch& out) override {
    std::array<KeyedValue, 512> changes;
    std::uint64_t cursor = 0;
    while (const std::size_t count = table(id, shard).changes(batch, cursor, changes))
      for (std::size_t i = 0; i < count; ++i)
        out.append({changes[i].key.bytes, changes[i].value, changes[i].touched, {}});
  }
  void confirm(BatchId batch, std::string_view id, ShardId shard) override {
    table(id, shard).confirm(batch);
  }
  void rollback(BatchId batch, std::string_view id, ShardId shard) override {
    table(id, shard).rollback(batch);
  }
  bool prepareCheckpoint(std::string_view, ShardId) override { return false; }
  Status writeCheckpoint(const CheckpointPoint&, bool) override { return {}; }
  const std::vector<StateDeclaration>& declarations() const override { return declarations_; }
  std::uint64_t keys() const override {
    std::uint64_t all = 0;
    for (const auto& table : tables_) all += table->keys();
    return all;
  }
  std::uint64_t bytes() const override { return 0; }
  StateMemory memory(BatchId) const override { return {}; }

 private:
  StateTable& table(std::string_view id, ShardId shard) {
    std::size_t first = 0;
    for (const StateDeclaration& declaration : declarations_) {
      if (declaration.id == id) return *tables_[first + shard.value()];
      first += declaration.shards;
    }
    checkFailed("table", "the operator was declared");
  }

  HashStateTables factory_;
  std::vector<StateDeclaration> declarations_;
  std::vector<std::unique_ptr<StateTable>> tables_;
};

}  // namespace lockstep::bench
