#pragma once

#include <exception>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include <lockstep/model/record_error.hpp>
#include <lockstep/rdd/shuffle.hpp>
#include <lockstep/rdd/task.hpp>

namespace lockstep::detail {

/// Calls `body`; returns what it threw as a RecordError. Out of memory is not a record's fault and
/// passes through.
template <class Body>
std::optional<RecordError> tryElement(const Body& body) {
  try {
    body();
    return std::nullopt;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const RecordError& error) {
    return error;
  } catch (const std::exception& error) {
    return RecordError(RecordErrorKind::kEval, error.what());
  }
}

/// Rejects an element that lies in a shuffle: key and value are known as they were encoded.
inline Status rejectShuffled(Task& task, const ShuffledElement& element, RecordError error,
                             const std::string& step) {
  if (error.step().empty()) error.setStep(step);
  FailedElement failed;
  failed.key = element.key;
  failed.value = element.value;
  return task.reject(failed, error);
}

/// Calls visit(element) for each element of the shard, in order of map task and position. One that
/// it throws on is rejected in the step's name; the error to return ends the reading.
template <class Visit>
Status readShard(Task& task, const Shuffle& shuffle, const std::string& step, const Visit& visit) {
  Status status;
  shuffle.forEachBucket(task.index(), [&](const ShuffleBucket& bucket) {
    bucket.forEach([&](const ShuffledElement& element) {
      if (!status.ok()) return;
      if (const auto error = tryElement([&] { visit(element); })) [[unlikely]]
        status = rejectShuffled(task, element, *error, step);
    });
  });
  return status;
}

}  // namespace lockstep::detail
