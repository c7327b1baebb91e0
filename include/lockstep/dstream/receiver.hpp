#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <lockstep/formats/serde.hpp>
#include <lockstep/ports/receiver.hpp>

namespace lockstep {

/// Takes records from outside Kafka; Spark's Receiver. Derive from it, start threads in onStart()
/// that call store(), end them in onStop(). docs/sources.md, "Receivers".
///
/// Errors  store() throws Error: E263 for an element of more than 900,000 bytes, E264 for one
/// without
///         origin in a sequenced stream.
/// Life    constructed -> { onStart -> store* -> onStop }* ; restart() goes round once more.
/// Thread  onStart() and onStop(): the supervisor's, one at a time. The rest: any.
template <class T>
class Receiver : public ReceiverBase {
 public:
  /// Puts one element into the present block; `stored` is called once it is committed. False when
  /// the receiver is stopped. May wait: pressure from downstream.
  bool store(const T& element, OnStored stored = {}) {
    return put({std::nullopt, encoded(element)}, std::move(stored));
  }
  /// The same for a source that may send again what it was not told is safe: what comes again with
  /// a sequence that is not above the source's last one is dropped (ReceiverOptions::sequenced).
  bool store(const T& element, Origin origin, OnStored stored = {}) {
    return put({std::nullopt, encoded(element), std::move(origin)}, std::move(stored));
  }
  /// Makes a block of the elements, and returns once it is committed: then the source may forget
  /// them.
  bool store(std::span<const T> elements) {
    std::vector<ReceivedRecord> records;
    records.reserve(elements.size());
    for (const T& element : elements) records.push_back({std::nullopt, encoded(element)});
    const auto supervisor = this->supervisor();
    return supervisor != nullptr && supervisor->storeBlock(std::move(records));
  }

  void reportError(const std::string& message) {
    if (const auto supervisor = this->supervisor()) supervisor->reportError(message);
  }
  void restart(const std::string& message,
               std::optional<std::chrono::milliseconds> delay = std::nullopt) {
    if (const auto supervisor = this->supervisor()) supervisor->restart(message, delay);
  }
  void stop(const std::string& message) {
    if (const auto supervisor = this->supervisor()) supervisor->stop(message);
  }
  [[nodiscard]] bool isStopped() const {
    const auto supervisor = this->supervisor();
    return supervisor == nullptr || supervisor->isStopped();
  }

 private:
  bool put(ReceivedRecord record, OnStored stored) {
    const auto supervisor = this->supervisor();
    return supervisor != nullptr && supervisor->store(std::move(record), std::move(stored));
  }
  [[nodiscard]] static std::string encoded(const T& element) {
    std::string bytes;
    Serde<T>{}.append(bytes, element);
    return bytes;
  }
};

}  // namespace lockstep
