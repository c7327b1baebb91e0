#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "bench/programs/client.hpp"

namespace bench {

/// Flat open-addressing table for keys of at most 16 bytes, 40-byte slots: a bound, not a product.
class CountTable {
 public:
  struct Key {
    char bytes[16] = {};
    std::uint32_t size = 0;
    std::uint64_t hash = 0;
  };
  struct Slot {
    char key[16];
    std::int64_t count;
    std::uint32_t size;
    std::uint32_t epoch;
  };

  explicit CountTable(int bits) : slots_(std::size_t{1} << bits), mask_(slots_.size() - 1) {}

  [[nodiscard]] static Key key(const void* bytes, std::size_t size) {
    Key key;
    if (size > sizeof key.bytes || size == 0) die("keys of 1 to 16 bytes only");
    std::memcpy(key.bytes, bytes, size);
    key.size = static_cast<std::uint32_t>(size);
    key.hash = hashBytes(key.bytes, sizeof key.bytes, size);
    return key;
  }
  /// Calls use(number, slot's index) for each key, in order; slots are fetched ahead.
  template <class Use>
  void findAll(std::span<const Key> keys, Use use) {
    constexpr std::size_t kAhead = 16;
    for (std::size_t i = 0; i < keys.size() + kAhead; ++i) {
      if (i < keys.size()) __builtin_prefetch(&slots_[keys[i].hash & mask_], 1);
      if (i >= kAhead) use(i - kAhead, find(keys[i - kAhead]));
    }
  }

  [[nodiscard]] std::uint32_t find(const Key& key) {
    for (auto i = key.hash & mask_;; i = (i + 1) & mask_) {
      auto& slot = slots_[i];
      if (slot.size == key.size && std::memcmp(slot.key, key.bytes, sizeof slot.key) == 0)
        return static_cast<std::uint32_t>(i);
      if (slot.size != 0) continue;
      std::memcpy(slot.key, key.bytes, sizeof slot.key);
      slot.size = key.size;
      if (++used_ * 4 > slots_.size() * 3) die("table full");
      return static_cast<std::uint32_t>(i);
    }
  }
  /// Adds one; true when the slot is touched for the first time in `epoch`.
  bool countOnce(std::uint32_t index, std::uint32_t epoch) {
    auto& slot = slots_[index];
    ++slot.count;
    const bool first = slot.epoch != epoch;
    slot.epoch = epoch;
    return first;
  }
  [[nodiscard]] Slot& slot(std::uint32_t index) { return slots_[index]; }

  /// The keys of `messages`, in their order.
  static void keysOf(std::span<rd_kafka_message_t* const> messages, std::vector<Key>& keys) {
    keys.clear();
    for (const rd_kafka_message_t* message : messages)
      keys.push_back(key(message->key, message->key_len));
  }

 private:
  std::vector<Slot> slots_;
  std::size_t mask_;
  std::size_t used_ = 0;
};

}  // namespace bench
