#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace lockstep {

/// Numbers distinct keys in order of first sight: open addressing over the hash that chose the
/// shard. Keys are views; their bytes outlive the index or its clear(). Thread: one at a time.
class KeyIndex {
 public:
  /// The key's number; a new key gets the next one.
  std::uint32_t find(std::uint32_t hash, std::string_view key) {
    if ((keys_.size() + 1) * 2 > slots_.size()) [[unlikely]]
      grow();
    std::size_t place = mix(hash) & mask_;
    while (slots_[place].number != 0) {
      const Slot& slot = slots_[place];
      if (slot.hash == hash && keys_[slot.number - 1] == key) return slot.number - 1;
      place = (place + 1) & mask_;
    }
    keys_.push_back(key);
    slots_[place] = {hash, static_cast<std::uint32_t>(keys_.size())};
    hashes_.push_back(hash);
    return static_cast<std::uint32_t>(keys_.size() - 1);
  }

  [[nodiscard]] std::size_t size() const { return keys_.size(); }
  [[nodiscard]] std::string_view key(std::size_t number) const { return keys_[number]; }
  [[nodiscard]] std::uint32_t hash(std::size_t number) const { return hashes_[number]; }
  void clear();
  /// Takes back the key that was numbered last. REQUIRES: size() > 0.
  void dropLast();

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t number = 0;  ///< of the key, from 1; 0 = free
  };
  /// The shard took the low bits: spread the rest over all of them.
  static std::size_t mix(std::uint32_t hash) {
    return static_cast<std::size_t>((hash * 0x9E3779B97F4A7C15ULL) >> 32);
  }
  void grow();

  std::vector<Slot> slots_;
  std::size_t mask_ = 0;
  std::vector<std::string_view> keys_;
  std::vector<std::uint32_t> hashes_;
};

}  // namespace lockstep
