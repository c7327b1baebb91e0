#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <lockstep/base/mutex.hpp>

#include "connectors/memory/memory_kafka.hpp"
#include "src/runtime/application.hpp"

namespace lockstep::test {

/// The machine's time, until somebody is in a hurry: then who sleeps wakes at once, and the time
/// has passed. Thread: any.
class HurryingClock final : public Clock {
 public:
  Instant now() const override { return systemClock().now() + offset(); }
  WallTime wallNow() const override {
    return systemClock().wallNow() + std::chrono::floor<std::chrono::milliseconds>(offset());
  }
  void sleep(std::chrono::nanoseconds duration) override {
    if (hurry_)
      advance(duration);
    else
      systemClock().sleep(duration);
  }
  void advance(std::chrono::nanoseconds duration) { offset_ += duration.count(); }
  void hurry(bool on) { hurry_ = on; }

 private:
  std::chrono::nanoseconds offset() const { return std::chrono::nanoseconds(offset_.load()); }

  std::atomic<std::int64_t> offset_{0};
  std::atomic<bool> hurry_{false};
};

/// Something that one thread says and another waits for. A wait that takes a minute ends the test.
class Signal {
 public:
  void raise();
  void await();

 private:
  Mutex mutex_;
  std::condition_variable_any changed_;
  bool raised_ GUARDED_BY(mutex_) = false;
};

/// Which half of a request the cut takes: what the broker has seen differs.
enum class Cut { kRequest, kReply };

/// An in-process Kafka that outlives the processes on it, and the cable to it.
/// Input "lines" (two partitions), output "counts" (one).
class World final : public memory::Network {
 public:
  World();

  /// From a producer's n-th request on (1 = the next one) nothing gets through any more, and nobody
  /// waits for it: every deadline passes at once.
  /// With `lost`, the cable is whole again after so many more calls.
  void cutAt(int request, Cut cut, std::optional<int> lost = std::nullopt);
  [[nodiscard]] bool isCut() const { return cut_; }
  void awaitCut() { cut_happened_.await(); }
  void repair();
  /// Loses this many requests of the kind, one reply after each; then lets them pass again.
  void loseReplies(memory::RequestKind kind, int count);
  /// The next request of the kind raises `arrived`, and goes on when `passed` is raised.
  void hold(memory::RequestKind kind, Signal& arrived, Signal& passed);
  [[nodiscard]] int requests() const { return requests_; }

  void feed(int partition, const std::string& line);
  /// Three lines in each partition.
  void feedVerses();
  /// What a read_committed reader sees in "counts": "word=2", in order.
  [[nodiscard]] std::vector<std::string> counts();
  /// Of the input's partitions; -1 for none.
  [[nodiscard]] std::vector<std::int64_t> committed();

  memory::Fate decide(const memory::Call& call) override;
  std::chrono::nanoseconds markerDelay(const TopicPartition*) override { return {}; }

  HurryingClock clock;
  memory::MemoryKafka kafka{clock, this};

 private:
  Signal cut_happened_;
  mutable Mutex mutex_;
  std::atomic<bool> cut_{false};
  std::atomic<int> requests_{0};  ///< of producers
  int cut_at_ GUARDED_BY(mutex_) = 0;
  Cut cut_what_ GUARDED_BY(mutex_) = Cut::kRequest;
  std::optional<int> cut_lost_ GUARDED_BY(mutex_);
  memory::RequestKind lost_kind_ GUARDED_BY(mutex_) = memory::RequestKind::kFetch;
  int lost_ GUARDED_BY(mutex_) = 0;
  memory::RequestKind held_kind_ GUARDED_BY(mutex_) = memory::RequestKind::kFetch;
  Signal* arrived_ GUARDED_BY(mutex_) = nullptr;
  Signal* passed_ GUARDED_BY(mutex_) = nullptr;
};

struct ProcessOptions {
  bool until_end = true;
  bool takeover = false;
  std::optional<std::string> state_dir = {};
  std::uint32_t threads = 1;
  ErrorPolicy errors = {};
  std::string input = "lines";
  Guarantee guarantee = Guarantee::kExactlyOnce;
  bool accept_changed_plan = false;
  /// Called for each batch's counts before their commit, as an output outside Kafka; may throw.
  std::function<void()> side_effect = {};
  /// The same with what the batch is: its text, "word=2 " for each count, its time and id.
  std::function<void(const std::string&, BatchTime, BatchId)> on_batch = {};
  /// Prefix of text files that the counts are written to as well.
  std::string files = {};
  /// With a step more than the graph of other processes.
  bool changed_graph = false;
  /// Sees every word before it is counted; may wait, may throw.
  std::function<void(std::string_view)> on_word = {};
};

/// A word count on the world, two records per partition and batch: one life of a process.
class Process {
 public:
  Process(World& world, ProcessOptions options);
  ~Process();

  /// The process's life, on this thread. Nothing when it was killed.
  std::optional<Status> run();
  /// The same on a thread of its own; end() waits for it.
  void start();
  std::optional<Status> end();
  void stop() { application_->requestStop(); }
  /// Once the world is cut, the engine's thread dies where it stands: nothing is stopped, aborted
  /// or written down.
  void dieWhenCut() { clock_.mortal = true; }
  /// Waits until so many batches are committed.
  void awaitBatches(int count);

 private:
  /// The world's time; kills the engine's thread.
  struct ProcessClock final : Clock {
    explicit ProcessClock(World& of) : world(of) {}
    Instant now() const override;
    WallTime wallNow() const override { return world.clock.wallNow(); }
    void sleep(std::chrono::nanoseconds duration) override { world.clock.sleep(duration); }
    World& world;
    std::thread::id generator;
    bool mortal = false;
  };

  ProcessClock clock_;
  Mutex mutex_;
  std::condition_variable_any changed_;
  int batches_ GUARDED_BY(mutex_) = 0;
  std::unique_ptr<Application> application_;
  std::thread thread_;
  std::optional<Status> outcome_;
};

/// What a life without disturbance makes of the verses.
[[nodiscard]] std::vector<std::string> undisturbed();

/// What a crash test does before each pair of lives, and after it.
struct KilledLife {
  /// The options of both lives.
  std::function<ProcessOptions()> options;
  /// What the world must look like then.
  std::function<void(World&)> check;
};

/// Kills a process at its first request, in another world one at its second, and so on until one
/// lives to its end. After each the next process must end well and `check` is called. Returns how
/// many requests a life has.
int killedAtEachRequest(Cut cut, const KilledLife& life);

/// The exit code of a life that ended by itself.
[[nodiscard]] inline ExitCode exitOf(const std::optional<Status>& outcome) {
  LOCKSTEP_CHECK(outcome.has_value(), "the process ended by itself");
  return outcome->ok() ? ExitCode::kOk : outcome->exitCode();
}

}  // namespace lockstep::test
