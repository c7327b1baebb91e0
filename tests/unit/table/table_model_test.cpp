// HashStateTable against std::map: random touches, assignments, removals, scans, with up to two
// undecided batches confirmed or rolled back, and checkpoints that succeed or fail.
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <lockstep/base/hash.hpp>

#include "state/table/hash_state_table.hpp"
#include "tests/support/catch.hpp"

using namespace lockstep;

namespace {

struct Value {
  std::string bytes;
  BatchTime touched;
  bool operator==(const Value&) const = default;
};
/// Sorted as a scan is: by hash, then by key.
using Model = std::map<std::pair<std::uint32_t, std::string>, Value>;

/// The checkpoint store's part: what checkpoints wrote.
class StoredModel final : public StoredKeys {
 public:
  Status find(std::span<const StateKey> keys, const Sink& sink) override {
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const std::pair<std::uint32_t, std::string> place{keys[i].hash, keys[i].bytes};
      if (i > 0) REQUIRE(std::pair(keys[i - 1].hash, std::string(keys[i - 1].bytes)) < place);
      if (values.contains(place)) hand(*values.find(place), sink);
    }
    return {};
  }
  Status read(std::uint32_t hash, std::size_t count, const Sink& sink) override {
    std::size_t taken = 0;
    std::uint32_t last = 0;
    for (auto item = values.lower_bound({hash, ""}); item != values.end(); ++item) {
      if (taken++ >= count && item->first.first != last) break;
      last = item->first.first;
      hand(*item, sink);
    }
    return {};
  }

  Model values;

 private:
  static void hand(const Model::value_type& item, const Sink& sink) {
    const KeyedValue value{
        {item.first.second, item.first.first}, item.second.bytes, item.second.touched};
    sink({&value, 1});
  }
};

class Run {
 public:
  /// Evicts one time in `evict_one_in` steps; 0 = never.
  explicit Run(unsigned seed, std::size_t evict_one_in = 0)
      : random_(seed), evict_one_in_(evict_one_in) {
    table_.readBackFrom(stored_);
  }

  [[nodiscard]] bool visited() const { return visited_; }
  [[nodiscard]] std::size_t expired() const { return expired_; }

  void step() {
    if (evict_one_in_ != 0 && number(evict_one_in_) == 0) table_.evict(number(2) * number(20'000));
    switch (number(12)) {
      case 0:
        if (!open_.empty()) decide();
        break;
      case 1:
        checkpoint();
        break;
      default:
        if (open_.empty() || (open_.size() == 1 && number(4) == 0)) begin();
        touchSome();
    }
    check();
  }

 private:
  struct Open {
    BatchId id;
    BatchTime time;
    Model before;
  };

  std::size_t number(std::size_t below) { return random_() % below; }

  std::string key() {
    std::string key = "key" + std::to_string(number(300));
    if (number(4) == 0) key += std::string(40, 'k');
    return key;
  }

  void begin() {
    last_ = next(last_);
    open_.push_back({last_, BatchTime(std::chrono::seconds(number(2) + last_.value())), model_});
  }

  void touchSome() {
    const Open& batch = open_.back();
    std::vector<std::string> names;
    for (std::size_t i = number(200); i > 0; --i) names.push_back(key());
    std::vector<StateKey> keys;
    for (const auto& name : names) keys.push_back({name, murmur2(name)});
    std::vector<StateEntry*> entries(keys.size());
    REQUIRE(table_.touch(batch.id, batch.time, keys, entries.data()).ok());
    for (std::size_t i = 0; i < keys.size(); ++i) change(*entries[i], keys[i], batch.time);
  }

  void change(StateEntry& entry, const StateKey& key, BatchTime time) {
    const std::pair<std::uint32_t, std::string> place{key.hash, std::string(key.bytes)};
    const auto known = model_.find(place);
    REQUIRE(entry.present() == (known != model_.end()));
    if (known != model_.end()) {
      REQUIRE(entry.value() == known->second.bytes);
      known->second.touched = time;
    }
    const auto action = number(10);
    if (action == 0) {
      table_.remove(entry);
      model_.erase(place);
    } else if (action < 5 && entry.takesInline()) {
      const std::string value = std::to_string(random_());
      entry.setInline(value.data(), value.size());
      model_[place] = {value, time};
    } else if (action < 9) {
      const std::string value(number(200), static_cast<char>('a' + number(26)));
      table_.assign(entry, value);
      model_[place] = {value, time};
    }
  }

  void decide() {
    if (number(3) == 0) {
      while (!open_.empty()) {  // an abort takes the later batch along
        table_.rollback(open_.back().id);
        model_ = open_.back().before;
        last_ = BatchId{open_.back().id.value() - 1};
        open_.pop_back();
      }
    } else {
      table_.confirm(open_.front().id);
      open_.erase(open_.begin());
    }
  }

  const Model& committed() const { return open_.empty() ? model_ : open_.front().before; }

  void checkpoint() {
    Model taken = stored_.values;
    KeyedValue values[7];
    while (const auto count = table_.takeDue(values)) {
      for (std::size_t i = 0; i < count; ++i) {
        const std::pair<std::uint32_t, std::string> place{values[i].key.hash,
                                                          std::string(values[i].key.bytes)};
        if (values[i].value) {
          taken[place] = {std::string(*values[i].value), values[i].touched};
        } else {
          taken.erase(place);
        }
      }
    }
    CHECK(taken == committed());
    const bool durable = number(2) == 0;
    table_.checkpointEnded(durable);
    REQUIRE((table_.dirtyBytes() == 0) == (table_.due() == 0));  // no byte is forgotten
    if (durable || number(2) == 0) stored_.values = taken;  // a failed one may have written, or not
  }

  void check() {
    Model found;
    std::vector<std::pair<std::uint32_t, std::string>> order;
    std::uint64_t cursor = 0;
    StateShard::Item items[13];
    while (const auto count = table_.scan(cursor, items).value()) {
      for (std::size_t i = 0; i < count; ++i) {
        order.emplace_back(items[i].key.hash, items[i].key.bytes);
        found[order.back()] = {std::string(items[i].entry->value()), items[i].touched};
      }
    }
    REQUIRE(found == model_);
    REQUIRE(std::is_sorted(order.begin(), order.end()));
    REQUIRE(table_.size() == model_.size());
    REQUIRE(table_.keys() <= 600);
    if (number(3) == 0) expire();
    if (evict_one_in_ != 0 && number(3) == 0) visit();
    if (number(4) == 0) look();
  }

  /// Looks keys up, those that are there and some that are not, and touches none.
  void look() {
    std::vector<std::string> names{"nobody has this key, long or short"};
    for (const auto& [place, value] : model_)
      if (number(4) == 0) names.push_back(place.second);
    std::vector<StateKey> keys;
    for (const std::string& name : names) keys.push_back({name, murmur2(name)});
    std::vector<const StateEntry*> found(keys.size());
    REQUIRE(table_.find(keys, found.data()).ok());
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const auto known = model_.find({keys[i].hash, names[i]});
      REQUIRE((found[i] != nullptr) == (known != model_.end()));
      if (found[i] != nullptr) REQUIRE(found[i]->value() == known->second.bytes);
    }
  }

  /// What was last touched before a time, and only that, in order; some of it is removed.
  void expire() {
    const BatchTime before{
        std::chrono::seconds(last_.value() - std::min(last_.value(), number(8)))};
    std::vector<std::pair<std::uint32_t, std::string>> found;
    std::vector<std::pair<std::uint32_t, std::string>> expected;
    for (const auto& [place, value] : model_)
      if (value.touched < before) expected.push_back(place);
    const bool removes = !open_.empty() && number(2) == 0;
    std::uint64_t cursor = 0;
    StateShard::Item items[13];
    while (const auto count = table_.scanTouchedBefore(before, cursor, items).value()) {
      for (StateShard::Item& item : std::span(items).first(count)) {
        found.emplace_back(item.key.hash, item.key.bytes);
        REQUIRE(item.touched == model_.at(found.back()).touched);
        if (!removes || number(4) == 0) continue;
        table_.touchItems(open_.back().id, open_.back().time, {&item, 1});
        table_.remove(*item.entry);
        model_.erase(found.back());
        ++expired_;
      }
    }
    REQUIRE(found == expected);
  }

  /// A walk that touches and changes some of what it passes on, as a full visit does.
  void visit() {
    if (open_.empty()) begin();
    const Open& batch = open_.back();
    std::uint64_t cursor = 0;
    StateShard::Item items[13];
    std::size_t seen = 0;
    const std::size_t all = model_.size();
    while (const auto count = table_.scan(cursor, items).value()) {
      seen += count;
      for (StateShard::Item& item : std::span(items).first(count)) {
        if (number(5) != 0) continue;
        const std::pair<std::uint32_t, std::string> place{item.key.hash, item.key.bytes};
        const auto before = std::string(item.entry->value());
        table_.touchItems(batch.id, batch.time, {&item, 1});
        REQUIRE(item.entry->value() == before);
        if (number(3) == 0) {
          table_.remove(*item.entry);
          model_.erase(place);
        } else {
          table_.assign(*item.entry, before + "!");
          model_[place] = {before + "!", batch.time};
        }
        visited_ = true;
      }
    }
    REQUIRE(seen == all);
  }

  std::mt19937 random_;
  const std::size_t evict_one_in_;
  HashStateTable table_;
  Model model_;  ///< with everything undecided
  StoredModel stored_;
  BatchId last_{0};
  std::vector<Open> open_;
  bool visited_ = false;
  std::size_t expired_ = 0;
};

}  // namespace

TEST_CASE("the table does what a map with copies does", "[unit][table][model]") {
  const auto seed = GENERATE(range(1U, 21U));
  CAPTURE(seed);
  Run run(seed);
  for (int i = 0; i < 300; ++i) run.step();
  CHECK(run.expired() > 0);
}

TEST_CASE("the table does the same when keys are evicted all the time",
          "[unit][table][model][evict]") {
  const auto seed = GENERATE(range(1U, 41U));
  CAPTURE(seed);
  Run run(seed, 1 + seed % 3);
  for (int i = 0; i < 300; ++i) run.step();
  CHECK(run.visited());
  CHECK(run.expired() > 0);
}

TEST_CASE("keys that come and go do not make the table grow", "[unit][table][model]") {
  HashStateTable table;
  std::uint64_t bytes = 0;
  for (std::uint64_t round = 1; round <= 60; ++round) {
    std::vector<std::string> names;
    std::vector<StateKey> keys;
    for (int i = 0; i < 500; ++i) {
      names.push_back(std::to_string(round) + std::string(30, '-') + std::to_string(i));
    }
    for (const auto& name : names) keys.push_back({name, murmur2(name)});
    std::vector<StateEntry*> entries(keys.size());
    REQUIRE(table.touch(BatchId{2 * round}, BatchTime{}, keys, entries.data()).ok());
    for (auto* entry : entries) table.assign(*entry, std::string(200, 'v'));
    table.confirm(BatchId{2 * round});
    REQUIRE(table.touch(BatchId{2 * round + 1}, BatchTime{}, keys, entries.data()).ok());
    for (auto* entry : entries) table.remove(*entry);
    table.confirm(BatchId{2 * round + 1});
    KeyedValue due[1000];
    while (table.takeDue(due) != 0) continue;
    table.checkpointEnded(true);
    if (round == 5) bytes = table.bytes();
    if (round > 5) CHECK(table.bytes() == bytes);
  }
  CHECK(table.keys() == 0);
}
