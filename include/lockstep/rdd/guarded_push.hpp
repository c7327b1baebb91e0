#pragma once

#include <new>
#include <optional>
#include <span>

#include <lockstep/rdd/accumulator_parts.hpp>
#include <lockstep/rdd/task.hpp>

namespace lockstep {

namespace detail {

/// Calls `body`; returns what it threw as a RecordError. Out of memory is not a record's fault and
/// passes through.
template <class Body>
std::optional<RecordError> catchRecordError(const Body& body) {
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

}  // namespace detail

/// Calls `body`; returns what it threw as a RecordError: then it has added nothing to accumulators.
/// Out of memory passes through. Not for what pushGuarded() runs, which has a mark of its own.
template <class Body>
std::optional<RecordError> tryElement(const Body& body) {
  AccumulatorParts* const counts = AccumulatorParts::current();
  if (counts != nullptr) counts->mark();
  auto error = detail::catchRecordError(body);
  if (error && counts != nullptr) counts->rollback();
  return error;
}

/// The same with a chunk.
template <class T, class Push>
std::optional<RecordError> tryPush(std::span<const T> chunk, const Push& push) {
  return tryElement([&] { push(chunk); });
}

/// Pushes a chunk so that an element that fails leaves no trace and takes no other with it: on a
/// failure everything the chunk left in the task's memories is taken back, then its elements go
/// one by one, and each culprit to `reject(element, error)`. Costs one mark per chunk while nothing
/// fails.
template <class T, class Push, class Reject>
Status pushGuarded(Task& task, std::span<const T> chunk, const Push& push, const Reject& reject) {
  task.mark();
  if (!detail::catchRecordError([&] { push(chunk); })) [[likely]] {
    task.endChunk();
    return {};
  }
  task.rollback();
  for (std::size_t i = 0; i < chunk.size(); ++i) {
    task.mark();
    if (const auto error = detail::catchRecordError([&] { push(chunk.subspan(i, 1)); })) {
      task.rollback();
      LOCKSTEP_TRY(reject(chunk[i], *error));
    }
    task.endChunk();
  }
  return {};
}

}  // namespace lockstep
