#pragma once

#include <string>

#include <lockstep/dstream/narrow.hpp>
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
  [[nodiscard]] Fanout<T>& consumers() { return consumers_; }

 private:
  Task& task_;
  ChunkBuffer<T> chunk_;
  Fanout<T> consumers_;
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
