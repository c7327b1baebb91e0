#include "tests/sim/evict_mutants.hpp"

#include <array>

#include "state/table/hash_state_table.hpp"

namespace lockstep::sim {
namespace {

/// What the table sees of the store.
class MutantStored final : public StoredKeys {
 public:
  MutantStored(StoredKeys& real, Mutant mutant) : real_(real), mutant_(mutant) {}
  Status find(std::span<const StateKey> keys, const Sink& sink) override {
    if (mutant_ == Mutant::kEvictedIsAbsent) return {};
    return real_.find(keys, sink);
  }
  Status read(std::uint32_t hash, std::size_t count, const Sink& sink) override {
    if (mutant_ == Mutant::kVisitForgetsEvicted) return {};
    return real_.read(hash, count, sink);
  }

 private:
  StoredKeys& real_;
  const Mutant mutant_;
};

/// The real table, but for the bug.
class MutantTable final : public StateTable {
 public:
  explicit MutantTable(Mutant mutant) : mutant_(mutant) {}

  void readBackFrom(StoredKeys& stored) override {
    stored_ = std::make_unique<MutantStored>(stored, mutant_);
    real_.readBackFrom(*stored_);
  }
  void evict(std::uint64_t bytes_max) override {
    if (mutant_ == Mutant::kEvictDirty) {  // takes for clean what no checkpoint has
      std::array<KeyedValue, 8> taken;
      while (real_.takeDue(taken) != 0) continue;
      real_.checkpointEnded(true);
    }
    real_.evict(bytes_max);
  }

  Status touch(BatchId batch, BatchTime time, std::span<const StateKey> keys,
               StateEntry** entries) override {
    return real_.touch(batch, time, keys, entries);
  }
  void assign(StateEntry& entry, std::string_view value) override { real_.assign(entry, value); }
  void remove(StateEntry& entry) override { real_.remove(entry); }
  Result<std::size_t> scan(std::uint64_t& cursor, std::span<Item> out) override {
    return real_.scan(cursor, out);
  }
  Result<std::size_t> scanTouchedBefore(BatchTime before, std::uint64_t& cursor,
                                        std::span<Item> out) override {
    return real_.scanTouchedBefore(before, cursor, out);
  }
  Status find(std::span<const StateKey> keys, const StateEntry** entries) override {
    return real_.find(keys, entries);
  }
  void touchItems(BatchId batch, BatchTime time, std::span<Item> items) override {
    real_.touchItems(batch, time, items);
  }
  std::size_t touched(BatchId batch, std::uint64_t& cursor, std::span<Item> out) override {
    return real_.touched(batch, cursor, out);
  }
  const StateEntry& before(BatchId batch, const StateEntry& entry) const override {
    return real_.before(batch, entry);
  }
  std::size_t size() const override { return real_.size(); }
  std::size_t changes(BatchId batch, std::uint64_t& cursor, std::span<KeyedValue> out) override {
    return real_.changes(batch, cursor, out);
  }
  void confirm(BatchId batch) override { real_.confirm(batch); }
  void rollback(BatchId batch) override { real_.rollback(batch); }
  std::optional<BatchId> undecided() const override { return real_.undecided(); }
  Status load(std::span<const KeyedValue> values, Source source) override {
    return real_.load(values, source);
  }
  void clear() override { real_.clear(); }
  std::size_t takeDue(std::span<KeyedValue> out) override { return real_.takeDue(out); }
  [[nodiscard]] std::size_t toTake() const override { return real_.toTake(); }
  bool checkpointEnded(bool durable, std::size_t part) override {
    return real_.checkpointEnded(durable, part);
  }
  void leaveStored(std::uint64_t keys) override { real_.leaveStored(keys); }
  void reserve(std::size_t keys) override { real_.reserve(keys); }
  std::size_t due() const override { return real_.due(); }
  std::uint64_t keys() const override { return real_.keys(); }
  std::uint64_t bytes() const override { return real_.bytes(); }
  std::uint64_t entryBytes() const override { return real_.entryBytes(); }
  std::uint64_t dirtyBytes() const override { return real_.dirtyBytes(); }
  std::uint64_t undecidedBytes(BatchId batch) const override { return real_.undecidedBytes(batch); }

 private:
  const Mutant mutant_;
  std::unique_ptr<MutantStored> stored_;
  HashStateTable real_;
};

class MutantTables final : public StateTableFactory {
 public:
  explicit MutantTables(Mutant mutant) : mutant_(mutant) {}
  std::unique_ptr<StateTable> createTable() override {
    return std::make_unique<MutantTable>(mutant_);
  }

 private:
  const Mutant mutant_;
};

}  // namespace

std::unique_ptr<StateTableFactory> tablesWith(Mutant mutant) {
  if (mutant != Mutant::kEvictDirty && mutant != Mutant::kEvictedIsAbsent &&
      mutant != Mutant::kVisitForgetsEvicted)
    return std::make_unique<HashStateTables>();
  return std::make_unique<MutantTables>(mutant);
}

}  // namespace lockstep::sim
