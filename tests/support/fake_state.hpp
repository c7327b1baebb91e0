#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <lockstep/base/hash.hpp>
#include <lockstep/ports/state_backend.hpp>

namespace lockstep::test {

/// The state port on a std::map: slow, obvious, checks the caller's duties. Undo for any number of
/// batches. Every shard exists from the start, since workers reach for theirs at the same time.
class FakeState final : public StateBackend {
 public:
  explicit FakeState(std::vector<StateDeclaration> declarations)
      : declarations_(std::move(declarations)) {
    for (const StateDeclaration& state : declarations_)
      for (std::uint32_t i = 0; i < state.shards; ++i)
        shards_[{state.id, ShardId{i}}] = std::make_unique<Shard>();
  }

  StateShard& shard(std::string_view id, ShardId shard) override { return at(id, shard); }

  Result<RestoreReport> restore(const StateTarget&, InputFactory&,
                                std::chrono::nanoseconds) override {
    return RestoreReport{};
  }
  void seal(BatchId batch, std::string_view id, ShardId shard, RecordBatch& out) override {
    Shard& s = at(id, shard);
    for (const std::string& key : s.undo[batch].order) {
      const Entry& now = *s.entries.at(key);
      const Entry& before = *s.undo[batch].before.at(key);
      if (now.text() == before.text()) continue;
      out.append({key, now.present() ? std::optional(now.value()) : std::nullopt, now.touched, {}});
    }
  }
  void confirm(BatchId batch, std::string_view id, ShardId shard) override {
    at(id, shard).undo.erase(batch);
  }
  void rollback(BatchId batch, std::string_view id, ShardId shard) override {
    Shard& s = at(id, shard);
    for (auto& [key, before] : s.undo[batch].before) s.entries[key]->restore(*before);
    s.undo.erase(batch);
  }
  bool prepareCheckpoint(std::string_view, ShardId) override { return false; }
  Status writeCheckpoint(const CheckpointPoint&, bool) override { return {}; }
  const std::vector<StateDeclaration>& declarations() const override { return declarations_; }
  std::uint64_t keys() const override { return 0; }
  std::uint64_t bytes() const override { return 0; }
  StateMemory memory(BatchId) const override { return {}; }

  /// Every key with its value's bytes, over all shards.
  std::map<std::string, std::string> contents(const std::string& id) {
    std::map<std::string, std::string> all;
    for (auto& [where, shard] : shards_)
      if (where.first == id)
        for (auto& [key, entry] : shard->entries)
          if (entry->present()) all[key] = std::string(entry->value());
    return all;
  }

 private:
  struct Entry final : StateEntry {
    std::string outside;
    std::string key;
    BatchTime touched{};
    void assignOutside(std::string_view value) {
      outside = value;
      setOutside(outside.data(), static_cast<std::uint32_t>(outside.size()));
    }
    void assign(std::string_view value) {
      if (value.size() > kInlineMax) return assignOutside(value);
      if (!takesInline()) setAbsent();
      setInline(value.data(), value.size());
    }
    void clear() { setAbsent(); }
    [[nodiscard]] std::string text() const {
      return present() ? "=" + std::string(value()) : std::string();
    }
    void restore(const Entry& old) {
      touched = old.touched;
      if (old.present())
        assign(std::string(old.value()));
      else
        clear();
    }
  };
  struct Undo {
    std::vector<std::string> order;
    std::map<std::string, std::unique_ptr<Entry>> before;
  };
  struct Shard final : StateShard {
    std::map<std::string, std::unique_ptr<Entry>> entries;
    std::map<BatchId, Undo> undo;

    Entry& keep(BatchId batch, BatchTime time, const std::string& key) {
      auto& entry = entries[key];
      if (!entry) entry = std::make_unique<Entry>();
      entry->key = key;
      Undo& u = undo[batch];
      if (auto& before = u.before[key]; !before) {
        before = std::make_unique<Entry>();
        before->restore(*entry);
        u.order.push_back(key);
      }
      entry->touched = time;
      return *entry;
    }
    Status touch(BatchId batch, BatchTime time, std::span<const StateKey> keys,
                 StateEntry** out) override {
      for (const StateKey& key : keys) {
        LOCKSTEP_CHECK(key.hash == murmur2(key.bytes), "the hash is the key's");
        *out++ = &keep(batch, time, std::string(key.bytes));
      }
      return {};
    }
    Status find(std::span<const StateKey> keys, const StateEntry** out) override {
      for (const StateKey& key : keys) {
        LOCKSTEP_CHECK(key.hash == murmur2(key.bytes), "the hash is the key's");
        const auto found = entries.find(std::string(key.bytes));
        const bool present = found != entries.end() && found->second->present();
        *out++ = present ? found->second.get() : nullptr;
      }
      return {};
    }
    void assign(StateEntry& entry, std::string_view value) override {
      static_cast<Entry&>(entry).assign(std::string(value));
    }
    void remove(StateEntry& entry) override { static_cast<Entry&>(entry).clear(); }
    static Item item(const std::string& key, Entry& entry) {
      return {{key, murmur2(key)}, &entry, entry.touched};
    }
    Result<std::size_t> scan(std::uint64_t& cursor, std::span<Item> out) override {
      return scanTouchedBefore(BatchTime::max(), cursor, out);
    }
    std::vector<std::string> walked;  ///< keys of the present walk
    /// What a scan passes on may lie beside the state, and until the next scan only: so it does
    /// here, always.
    struct Passed {
      std::string key;
      Entry entry;
    };
    std::vector<std::unique_ptr<Passed>> passed, spoilt;
    Item passOn(const std::string& key, const Entry& entry) {
      Passed& copy = *passed.emplace_back(std::make_unique<Passed>());
      copy.key = key;
      copy.entry.restore(entry);
      return {{copy.key, murmur2(key)}, &copy.entry, entry.touched};
    }
    void spoilPassed() {
      spoilt = std::move(passed);
      passed.clear();
      for (auto& copy : spoilt) {
        copy->key.assign(copy->key.size(), '#');
        if (copy->entry.present()) copy->entry.assign(std::string(copy->entry.value().size(), '#'));
      }
    }
    Result<std::size_t> scanTouchedBefore(BatchTime before, std::uint64_t& cursor,
                                          std::span<Item> out) override {
      spoilPassed();
      if (cursor == 0) {
        walked.clear();
        for (auto& [key, entry] : entries)
          if (entry->present() && entry->touched < before) walked.push_back(key);
        std::sort(walked.begin(), walked.end(), [](const auto& a, const auto& b) {
          return std::pair(murmur2(a), a) < std::pair(murmur2(b), b);
        });
      }
      std::size_t count = 0;
      for (; count < out.size() && cursor < walked.size(); ++cursor, ++count)
        out[count] = passOn(walked[cursor], *entries.at(walked[cursor]));
      return count;
    }
    void touchItems(BatchId batch, BatchTime time, std::span<Item> items) override {
      for (Item& i : items) i.entry = &keep(batch, time, std::string(i.key.bytes));
    }
    std::size_t touched(BatchId batch, std::uint64_t& cursor, std::span<Item> out) override {
      std::vector<Item> all;
      for (const std::string& key : undo[batch].order) {
        auto found = entries.find(key);
        all.push_back(item(found->first, *found->second));
      }
      return page(all, cursor, out);
    }
    const StateEntry& before(BatchId batch, const StateEntry& entry) const override {
      return *undo.at(batch).before.at(static_cast<const Entry&>(entry).key);
    }
    std::size_t size() const override {
      return static_cast<std::size_t>(std::count_if(
          entries.begin(), entries.end(), [](const auto& e) { return e.second->present(); }));
    }
    static std::size_t page(const std::vector<Item>& all, std::uint64_t& cursor,
                            std::span<Item> out) {
      const std::size_t count = std::min(out.size(), all.size() - std::min(all.size(), cursor));
      std::copy_n(all.begin() + static_cast<long>(std::min(all.size(), cursor)), count,
                  out.begin());
      cursor += count;
      return count;
    }
  };
  Shard& at(std::string_view id, ShardId shard) {
    const auto found = shards_.find({std::string(id), shard});
    LOCKSTEP_CHECK(found != shards_.end(), "a shard that was declared");
    return *found->second;
  }

  std::vector<StateDeclaration> declarations_;
  std::map<std::pair<std::string, ShardId>, std::unique_ptr<Shard>> shards_;
};

}  // namespace lockstep::test
