#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <lockstep/base/result.hpp>

namespace lockstep {

class Accumulators;

/// What was added to one accumulator by one task, or by a whole batch. Its values' type is known to
/// the accumulator only.
/// Thread: the task's; when the task has ended the caller of the job's.
class AccumulatorPart {
 public:
  virtual ~AccumulatorPart() = default;
  /// Nothing was added.
  virtual void clear() = 0;
  /// What was added until now counts; rollback() takes back what was added since.
  virtual void mark() = 0;
  virtual void rollback() = 0;
  /// Adds what `other` has, a part of the same accumulator.
  virtual void merge(AccumulatorPart& other) = 0;
  /// Whether anything was added.
  [[nodiscard]] virtual bool any() const = 0;
};

/// One accumulator, as batches and the state know it.
class AccumulatorBase {
 public:
  explicit AccumulatorBase(std::string name) : name_(std::move(name)) {}
  AccumulatorBase(const AccumulatorBase&) = delete;
  AccumulatorBase& operator=(const AccumulatorBase&) = delete;
  virtual ~AccumulatorBase() = default;

  /// Key of its value in the state.
  [[nodiscard]] const std::string& name() const { return name_; }
  /// Of the value's bytes: another type is refused.
  [[nodiscard]] virtual std::string type() const = 0;
  [[nodiscard]] virtual std::unique_ptr<AccumulatorPart> makePart() const = 0;
  /// Appends the bytes of the value `stored` (none: the zero) with `part` added. Throws what the
  /// accumulator's functions throw.
  virtual void addTo(std::optional<std::string_view> stored, AccumulatorPart& part,
                     std::string& out) const = 0;
  /// Shows the value with these bytes (none: the zero) to readers from now on. Throws RecordError
  /// when they do not fit.
  virtual void publish(std::optional<std::string_view> stored) = 0;

  /// Set when a graph takes it; constant afterwards.
  [[nodiscard]] const Accumulators* owner() const { return owner_; }
  [[nodiscard]] std::size_t number() const { return number_; }

 private:
  friend class Accumulators;
  const std::string name_;
  const Accumulators* owner_ = nullptr;
  std::size_t number_ = 0;  ///< within the owner
};

/// What one task, or a batch as a whole, has added to the accumulators of a graph.
class AccumulatorParts {
 public:
  AccumulatorParts(const Accumulators& owner, std::vector<std::unique_ptr<AccumulatorPart>> parts,
                   bool of_batch)
      : owner_(&owner), parts_(std::move(parts)), of_batch_(of_batch) {}

  /// Those that an add() on this thread goes to: of the task that runs here, or of the batch whose
  /// effects do. Null: nothing runs.
  [[nodiscard]] static AccumulatorParts* current() { return current_; }

  /// Makes `parts` (null: none) the thread's current ones.
  class Scope {
   public:
    explicit Scope(AccumulatorParts* parts) : before_(std::exchange(current_, parts)) {}
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope() { current_ = before_; }

   private:
    AccumulatorParts* const before_;
  };

  [[nodiscard]] bool belongTo(const Accumulators* owner) const { return owner_ == owner; }
  /// Whether they are a batch's: then they hold what all its tasks have added.
  [[nodiscard]] bool ofBatch() const { return of_batch_; }
  /// The part of accumulator `number`, to add to.
  [[nodiscard]] AccumulatorPart& touch(std::size_t number) {
    unmarked_ = true;
    return *parts_[number];
  }
  [[nodiscard]] AccumulatorPart& part(std::size_t number) const { return *parts_[number]; }

  void clear() {
    for (auto& part : parts_) part->clear();
    unmarked_ = false;
  }
  /// Costs a branch where nothing was added since the last one.
  void mark() {
    if (!unmarked_) return;
    for (auto& part : parts_) part->mark();
    unmarked_ = false;
  }
  void rollback() {
    if (!unmarked_) return;
    for (auto& part : parts_) part->rollback();
    unmarked_ = false;
  }
  void merge(AccumulatorParts& other) {
    for (std::size_t i = 0; i < parts_.size(); ++i)
      if (other.parts_[i]->any()) parts_[i]->merge(*other.parts_[i]);
  }

 private:
  static inline constinit thread_local AccumulatorParts* current_ = nullptr;

  const Accumulators* const owner_;
  const std::vector<std::unique_ptr<AccumulatorPart>> parts_;  ///< by number
  const bool of_batch_;
  bool unmarked_ = false;
};

}  // namespace lockstep
