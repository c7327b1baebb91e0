#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lockstep/base/hash.hpp>
#include <lockstep/dstream/state_stage.hpp>

namespace lockstep::detail {

/// The state of one key, or of a partition, while `process` works on it: entries by name and, of
/// maps and lists, by part. Thread: the shard's worker.
class KeyedEntries {
 public:
  /// `tag`: the first byte of the entries.
  explicit KeyedEntries(char tag) : tag_(tag) {}

  void begin(StateShard& shard, BatchId batch, BatchTime time);
  /// What follows is of this key, until the next call; changes can be taken back.
  void beginCall(std::string_view key);
  /// Takes back what changed since beginCall().
  Status takeBack();
  /// What went wrong with the state itself since beginCall(); it ends the task, not the record.
  [[nodiscard]] const Status& failure() const { return failure_; }

  /// For the types of state. Throw when the state fails. The view holds until the next call.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view name,
                                                    std::string_view part = {});
  void set(std::string_view name, std::string_view part, std::string_view value);
  void remove(std::string_view name, std::string_view part = {});

 private:
  void makeKey(std::string_view name, std::string_view part);
  StateEntry& touch();
  Status touchKey(std::string_view bytes, StateEntry*& entry);
  void check(Status status);

  const char tag_;
  StateShard* shard_ = nullptr;
  BatchId batch_;
  BatchTime time_;
  std::string prefix_;  ///< of the key's entries
  std::string key_;     ///< of the entry at hand
  /// What the call has changed, as it was.
  std::vector<std::pair<std::string, std::optional<std::string>>> before_;
  Status failure_;
};

/// The entries of one name among those of the key at hand.
class NamedEntries {
 public:
  NamedEntries(const std::string& name, KeyedEntries& entries) : name_(name), entries_(entries) {}

  /// As those of KeyedEntries.
  [[nodiscard]] std::optional<std::string_view> get(std::string_view part = {}) const {
    return entries_.get(name_, part);
  }
  void set(std::string_view part, std::string_view value) { entries_.set(name_, part, value); }
  void remove(std::string_view part = {}) { entries_.remove(name_, part); }

 private:
  const std::string& name_;
  KeyedEntries& entries_;
};

}  // namespace lockstep::detail
