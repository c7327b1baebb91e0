#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <lockstep/base/mutex.hpp>
#include <lockstep/dstream/graph.hpp>
#include <lockstep/formats/serde.hpp>
#include <lockstep/rdd/accumulators.hpp>

namespace lockstep {

namespace detail {

/// E073, thrown as Error.
[[noreturn]] void throwAddOutside(const std::string& name);
[[noreturn]] void throwValueInTask(const std::string& name);

/// What was added to one accumulator, with its functions. Small values are copied at a mark, so
/// that a task adds in the order of its elements whatever its chunks are; others would be dear to
/// copy: what was added since the mark lies apart, and is merged at the next.
template <class Ops>
class TypedPart final : public AccumulatorPart {
 public:
  using Value = typename Ops::Value;

  explicit TypedPart(const Ops& ops) : ops_(ops), value_(ops.zero()), marked_(ops.zero()) {}

  template <class In>
  void add(const In& in) {
    fresh_ = true;
    ops_.add(value_, in);
  }
  void clear() override {
    if (!any()) return;
    value_ = ops_.zero();
    marked_ = ops_.zero();
    fresh_ = any_marked_ = false;
  }
  void mark() override {
    if (!fresh_) return;
    if constexpr (kCopied) {
      marked_ = value_;
    } else {
      ops_.merge(marked_, std::as_const(value_));
      value_ = ops_.zero();
    }
    any_marked_ = true;
    fresh_ = false;
  }
  void rollback() override {
    if (!fresh_) return;
    if constexpr (kCopied)
      value_ = marked_;
    else
      value_ = ops_.zero();
    fresh_ = false;
  }
  void merge(AccumulatorPart& other) override {
    mark();
    ops_.merge(marked_, static_cast<TypedPart&>(other).total());
    if constexpr (kCopied) value_ = marked_;
    any_marked_ = true;
  }
  [[nodiscard]] bool any() const override { return fresh_ || any_marked_; }
  [[nodiscard]] const Value& total() {
    mark();
    return marked_;
  }

 private:
  static constexpr bool kCopied = std::is_trivially_copyable_v<Value>;

  const Ops& ops_;
  Value value_;
  Value marked_;
  bool fresh_ = false;  ///< something was added since the last mark
  bool any_marked_ = false;
};

/// One accumulator with the functions of its values.
template <class Ops>
class TypedAccumulator final : public AccumulatorBase {
 public:
  using Value = typename Ops::Value;
  using Part = TypedPart<Ops>;

  TypedAccumulator(std::string name, Ops ops)
      : AccumulatorBase(std::move(name)),
        ops_(std::move(ops)),
        committed_(std::make_shared<const Value>(ops_.zero())) {}

  template <class In>
  void add(const In& in) const {
    AccumulatorParts* const parts = AccumulatorParts::current();
    if (parts == nullptr || !parts->belongTo(owner())) [[unlikely]]
      throwAddOutside(name());
    static_cast<Part&>(parts->touch(number())).add(in);
  }
  [[nodiscard]] Value value() const {
    Value value = *committed();
    const AccumulatorParts* const parts = AccumulatorParts::current();
    if (parts == nullptr || !parts->belongTo(owner())) return value;
    if (!parts->ofBatch()) throwValueInTask(name());
    ops_.merge(value, static_cast<Part&>(parts->part(number())).total());
    return value;
  }

  [[nodiscard]] std::string type() const override { return ops_.type(); }
  [[nodiscard]] std::unique_ptr<AccumulatorPart> makePart() const override {
    return std::make_unique<Part>(ops_);
  }
  void addTo(std::optional<std::string_view> stored, AccumulatorPart& part,
             std::string& out) const override {
    Value value = stored ? ops_.read(*stored) : ops_.zero();
    ops_.merge(value, static_cast<Part&>(part).total());
    ops_.append(out, value);
  }
  void publish(std::optional<std::string_view> stored) override {
    auto value = std::make_shared<const Value>(stored ? ops_.read(*stored) : ops_.zero());
    MutexLock lock(mutex_);
    committed_.swap(value);
  }

 private:
  [[nodiscard]] std::shared_ptr<const Value> committed() const {
    MutexLock lock(mutex_);
    return committed_;
  }

  const Ops ops_;
  mutable Mutex mutex_;
  std::shared_ptr<const Value> committed_ GUARDED_BY(mutex_);
};

template <class N>
struct NumberTotal {
  N sum{};
  std::int64_t count = 0;
};

template <class N>
struct NumberOps {
  using Value = NumberTotal<N>;
  [[nodiscard]] static Value zero() { return {}; }
  static void add(Value& value, N number) { merge(value, {number, 1}); }
  /// Longs wrap around, as in Java.
  static void merge(Value& value, const Value& other) {
    if constexpr (std::is_integral_v<N>)
      value.sum = static_cast<N>(static_cast<std::make_unsigned_t<N>>(value.sum) +
                                 static_cast<std::make_unsigned_t<N>>(other.sum));
    else
      value.sum += other.sum;
    value.count += other.count;
  }
  [[nodiscard]] static std::string type() { return std::string(Serde<N>::kTypeName) + " total"; }
  static void append(std::string& out, const Value& value) {
    Serde<N>{}.append(out, value.sum);
    Serde<std::int64_t>{}.append(out, value.count);
  }
  [[nodiscard]] static Value read(std::string_view bytes) {
    if (bytes.size() != 16) throwWrongSize(type(), 16, bytes.size());
    return {Serde<N>{}.read(bytes.substr(0, 8)), Serde<std::int64_t>{}.read(bytes.substr(8))};
  }
};

template <class V, class Add, class Merge, class Format>
struct FunctionOps {
  using Value = V;
  [[nodiscard]] const V& zero() const { return zero_value; }
  template <class In>
  void add(V& value, const In& in) const {
    add_function(value, in);
  }
  void merge(V& value, const V& other) const { merge_function(value, other); }
  [[nodiscard]] std::string type() const {
    if constexpr (requires { format.typeName(); })
      return std::string(format.typeName());
    else
      return std::string(Format::kTypeName);
  }
  void append(std::string& out, const V& value) const { format.append(out, value); }
  [[nodiscard]] V read(std::string_view bytes) const { return V(format.read(bytes)); }

  V zero_value;
  Add add_function;
  Merge merge_function;
  Format format;
};

}  // namespace detail

/// A value that functions of the graph add to, and that is state: an element counts exactly once,
/// like its effect in the output, whatever is rolled back, run again, killed, or run by how many
/// workers. A record that is rejected counts nothing. Made by StreamingContext::accumulator(). A
/// cheap handle: lambdas capture it by copy.
template <class Ops>
class Accumulator {
 public:
  Accumulator(DStreamGraph& graph, const std::string& name, Ops ops)
      : accumulator_(std::make_shared<detail::TypedAccumulator<Ops>>(name, std::move(ops))) {
    graph.addAccumulator(accumulator_);
  }

  /// No lock, no allocation, no virtual call. Thread: that of a function of the graph, be it a
  /// step's or foreachRDD's; elsewhere it throws Error E073.
  template <class In>
  void add(const In& in) const {
    accumulator_->add(in);
  }
  /// As of the last committed batch. In foreachRDD: with what this batch has added so far. Thread:
  /// any but a step's, where it throws Error E073: other tasks are still adding.
  [[nodiscard]] typename Ops::Value value() const { return accumulator_->value(); }
  [[nodiscard]] const std::string& name() const { return accumulator_->name(); }

 private:
  std::shared_ptr<detail::TypedAccumulator<Ops>> accumulator_;
};

/// Spark's LongAccumulator and DoubleAccumulator: a sum, and how many numbers it is made of.
/// Longs wrap around. Doubles are added in order of elements within a task, then in order of tasks:
/// the same sum in every run, but for another number of partitions or shards.
template <class N>
class NumberAccumulator {
 public:
  NumberAccumulator(DStreamGraph& graph, const std::string& name)
      : accumulator_(graph, name, detail::NumberOps<N>{}) {}

  void add(N number) const { accumulator_.add(number); }
  /// Threads as Accumulator's.
  [[nodiscard]] N value() const { return sum(); }
  [[nodiscard]] N sum() const { return accumulator_.value().sum; }
  [[nodiscard]] std::int64_t count() const { return accumulator_.value().count; }
  /// Not a number before the first add().
  [[nodiscard]] double avg() const {
    const auto total = accumulator_.value();
    return static_cast<double>(total.sum) / static_cast<double>(total.count);
  }
  [[nodiscard]] bool isZero() const { return count() == 0; }
  [[nodiscard]] const std::string& name() const { return accumulator_.name(); }

 private:
  Accumulator<detail::NumberOps<N>> accumulator_;
};
using LongAccumulator = NumberAccumulator<std::int64_t>;
using DoubleAccumulator = NumberAccumulator<double>;

}  // namespace lockstep
