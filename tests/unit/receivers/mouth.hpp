#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <lockstep/api/lockstep.hpp>

#include "tests/support/local_input.hpp"

namespace lockstep::test {

/// A receiver that a test speaks through.
class Mouth final : public Receiver<std::string> {
 public:
  void onStart() override {
    ++starts;
    if (throws_once.exchange(false)) throw std::runtime_error("no connection");
  }
  void onStop() override { ++stops; }

  std::atomic<int> starts{0};
  std::atomic<int> stops{0};
  std::atomic<bool> throws_once{false};
};

/// Writes down what it hears of receivers.
class Listener final : public StreamingListener {
 public:
  void onReceiverStarted(const ReceiverInfo& info) override { add("started " + info.stream, info); }
  void onReceiverError(const ReceiverInfo& info) override { add("error " + info.last_error, info); }
  void onReceiverStopped(const ReceiverInfo& info) override { add("stopped", info); }
  void onBatchCompleted(const BatchInfo& batch) override {
    const std::scoped_lock lock(mutex_);
    batches_.push_back(batch);
  }
  std::vector<BatchInfo> batches() {
    const std::scoped_lock lock(mutex_);
    return batches_;
  }
  std::vector<std::string> events() {
    const std::scoped_lock lock(mutex_);
    return events_;
  }
  /// As of the last event.
  ReceiverInfo last() {
    const std::scoped_lock lock(mutex_);
    return last_;
  }

 private:
  void add(const std::string& event, const ReceiverInfo& info) {
    const std::scoped_lock lock(mutex_);
    events_.push_back(event);
    last_ = info;
  }
  std::mutex mutex_;
  std::vector<std::string> events_;
  ReceiverInfo last_;
  std::vector<BatchInfo> batches_;
};

/// An application that copies what the receiver stores to "out".
struct Life {
  Life(LocalKafka& kafka, ReceiverOptions options, const std::string& state_dir = {},
       std::vector<std::pair<std::string, std::string>> more = {})
      : context(inputSettings(state_dir, std::move(more)), kafka) {
    options.id = "mouth";
    if (options.block_interval == ReceiverOptions{}.block_interval)
      options.block_interval = std::chrono::milliseconds(5);
    const auto texts = receiverStream<std::string>(context, mouth, options);
    kafka::save(texts.map([](const std::string& text) { return std::string_view(text); }),
                {.topic = "out"});
    context.addStreamingListener(listener);
    context.start();
    await("the receiver runs", [this] { return mouth->starts > 0 && !mouth->isStopped(); });
  }
  std::shared_ptr<Mouth> mouth = std::make_shared<Mouth>();
  std::shared_ptr<Listener> listener = std::make_shared<Listener>();
  StreamingContext context;
};

}  // namespace lockstep::test
