#pragma once

#include <string>

#include <lockstep/model/record_error.hpp>
#include <lockstep/rdd/guarded_push.hpp>
#include <lockstep/rdd/shuffle.hpp>
#include <lockstep/rdd/task.hpp>

namespace lockstep::detail {

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
