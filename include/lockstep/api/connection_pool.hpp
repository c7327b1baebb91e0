#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include <lockstep/base/clock.hpp>
#include <lockstep/base/mutex.hpp>

namespace lockstep {

/// Connections that foreachRDD and foreachPartition borrow: made when one is needed and none is
/// idle, kept for the next partition, closed when they have been idle for long.
///
///   static ConnectionPool<Database> pool([] { return std::make_unique<Database>("db:5432"); },
///   {}); stream.foreachRDD([](const auto& rdd) {
///     rdd.foreachPartition([](auto elements) {
///       auto connection = pool.borrow();
///       for (const auto& element : elements) connection->send(element);
///     });
///   });
///
/// Thread: any. The pool outlives what was borrowed from it.
template <class T>
class ConnectionPool {
 public:
  struct Options {
    std::size_t connections_max = 8;  ///< borrowed and idle together
    std::chrono::milliseconds idle_max{60'000};
    /// borrow() gives up after so long without a free connection.
    std::chrono::milliseconds wait_max{30'000};
    /// Asked of an idle connection before it is borrowed again; false: it is replaced.
    std::function<bool(T&)> healthy = [](T&) { return true; };
  };
  using Make = std::function<std::unique_ptr<T>()>;

  /// A borrowed connection; goes back to its pool when it goes. After a failure call discard(), so
  /// that nobody gets the connection again.
  class Borrowed {
   public:
    Borrowed(Borrowed&& other) noexcept
        : pool_(std::exchange(other.pool_, nullptr)), connection_(std::move(other.connection_)) {}
    Borrowed& operator=(Borrowed&&) = delete;
    ~Borrowed() {
      if (pool_ != nullptr) pool_->giveBack(std::move(connection_));
    }
    T& operator*() const { return *connection_; }
    T* operator->() const { return connection_.get(); }
    void discard() { connection_.reset(); }

   private:
    friend class ConnectionPool;
    Borrowed(ConnectionPool& pool, std::unique_ptr<T> connection)
        : pool_(&pool), connection_(std::move(connection)) {}
    ConnectionPool* pool_;
    std::unique_ptr<T> connection_;
  };

  /// `make` opens a connection, or throws; it is called without a lock, by who borrows.
  ConnectionPool(Make make, Options options, Clock& clock = systemClock())
      : make_(std::move(make)), options_(std::move(options)), clock_(clock) {}

  /// The connection that was idle for the shortest time, or a new one; waits while all are
  /// borrowed. Throws std::runtime_error after wait_max, and what `make` and `healthy` throw.
  [[nodiscard]] Borrowed borrow() {
    closeIdle();
    auto idle = takeIdle();
    Slot slot(*this);  // given back if anything below throws
    if (idle != nullptr && !options_.healthy(*idle)) idle.reset();
    if (idle == nullptr) idle = make_();
    if (idle == nullptr) throw std::runtime_error("the connection pool's function made nothing");
    slot.keep();
    return Borrowed(*this, std::move(idle));
  }

  /// Closes what has been idle for idle_max. borrow() does, too.
  void closeIdle() {
    std::vector<Idle> old;  // closed outside the lock
    MutexLock lock(mutex_);
    const Instant now = clock_.now();
    while (!idle_.empty() && now - idle_.front().since >= options_.idle_max) {
      old.push_back(std::move(idle_.front()));
      idle_.erase(idle_.begin());
    }
  }

  [[nodiscard]] std::size_t idle() const {
    MutexLock lock(mutex_);
    return idle_.size();
  }
  [[nodiscard]] std::size_t borrowed() const {
    MutexLock lock(mutex_);
    return borrowed_;
  }

 private:
  struct Idle {
    std::unique_ptr<T> connection;
    Instant since;
  };
  /// One of connections_max, until it is kept.
  class Slot {
   public:
    explicit Slot(ConnectionPool& pool) : pool_(&pool) {}
    ~Slot() {
      if (pool_ != nullptr) pool_->giveBack(nullptr);
    }
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
    void keep() { pool_ = nullptr; }

   private:
    ConnectionPool* pool_;
  };

  /// Counts one more as borrowed; null when a new one has to be made for it.
  std::unique_ptr<T> takeIdle() {
    MutexLock lock(mutex_);
    const auto until = std::chrono::steady_clock::now() + options_.wait_max;
    while (borrowed_ >= options_.connections_max)
      if (changed_.wait_until(lock, until) == std::cv_status::timeout &&
          borrowed_ >= options_.connections_max)
        throw std::runtime_error("no connection became free: all of the pool are borrowed");
    ++borrowed_;
    if (idle_.empty()) return nullptr;
    auto connection = std::move(idle_.back().connection);
    idle_.pop_back();
    return connection;
  }

  void giveBack(std::unique_ptr<T> connection) {
    MutexLock lock(mutex_);
    --borrowed_;
    if (connection != nullptr) idle_.push_back({std::move(connection), clock_.now()});
    changed_.notify_one();
  }

  const Make make_;
  const Options options_;
  Clock& clock_;
  mutable Mutex mutex_;
  std::condition_variable_any changed_;
  std::vector<Idle> idle_ GUARDED_BY(mutex_);  ///< the one that is idle longest first
  std::size_t borrowed_ GUARDED_BY(mutex_) = 0;
};

}  // namespace lockstep
