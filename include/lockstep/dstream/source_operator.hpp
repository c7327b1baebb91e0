#pragma once

#include <string>
#include <string_view>
#include <type_traits>

#include <lockstep/base/arena.hpp>
#include <lockstep/dstream/narrow.hpp>
#include <lockstep/formats/owned.hpp>
#include <lockstep/formats/serde.hpp>
#include <lockstep/rdd/guarded_push.hpp>

namespace lockstep::detail {

/// The head of a stage that computes its elements: passes them on in full chunks. An element that
/// fails in a later step is rejected by itself; `describe(element)` says what is known about it.
template <class T>
class SourceOperator final : public Operator {
 public:
  explicit SourceOperator(Task& task) : task_(task) {}

  void begin(Task&) override { chunk_.clear(); }

  template <class Describe, class... Arguments>
  Status add(const Describe& describe, Arguments&&... arguments) {
    if (chunk_.full()) LOCKSTEP_TRY(flush(describe));
    chunk_.add(std::forward<Arguments>(arguments)...);
    return {};
  }
  template <class Describe>
  Status flush(const Describe& describe) {
    if (chunk_.empty()) return {};
    Status status = pushGuarded(
        task_, chunk_.view(), [&](std::span<const T> chunk) { consumers_.push(chunk); },
        [&](const T& element, const RecordError& error) {
          return task_.reject(describe(element), error);
        });
    chunk_.clear();
    return status.ok() ? task_.checkCancelled() : status;
  }
  /// Makes sure that the next element finds room, and tells whether it flushed for that: then
  /// nothing waits any more, and what the elements pointed to may go.
  template <class Describe>
  Result<bool> makeRoom(const Describe& describe) {
    if (!chunk_.full()) return false;
    LOCKSTEP_TRY(flush(describe));
    return true;
  }
  [[nodiscard]] Fanout<T>& consumers() { return consumers_; }

 private:
  Task& task_;
  ChunkBuffer<T> chunk_;
  Fanout<T> consumers_;
};

/// Bytes of elements that wait in a source's chunk, where they come from a place that does not hold
/// so long: a walk over a state shard. Chunks end where they are full, not where a step of the walk
/// ends: that would depend on what lies in memory.
class WaitingBytes {
 public:
  /// The bytes, for a T that views them; a T that owns what it reads needs no copy.
  template <class T>
  [[nodiscard]] std::string_view keep(std::string_view bytes) {
    if constexpr (std::is_same_v<Owned<T>, T>)
      return bytes;
    else
      return arena_.copy(bytes);
  }
  void clear() { arena_.clear(); }

 private:
  Arena arena_{16 * 1024};
};

/// For streams of pairs: the key's bytes.
template <class KeySerde>
struct DescribeKey {
  const KeySerde& serde;
  std::string& scratch;
  template <class Pair>
  FailedElement operator()(const Pair& pair) const {
    FailedElement failed;
    failed.key = encodeInto(serde, pair.first, scratch);
    return failed;
  }
};

/// For streams without keys: nothing.
struct DescribeNothing {
  template <class T>
  FailedElement operator()(const T&) const {
    return {};
  }
};

}  // namespace lockstep::detail
