#pragma once

#include <optional>
#include <string>
#include <utility>

#include <lockstep/model/record_error.hpp>

namespace lockstep {

namespace detail {
struct StateAccessor;
}

/// One key's state, as the function of mapWithState sees it during one call; Spark's State. What
/// the function does here counts once it has returned: one that throws leaves the state as it was.
///
/// Thread    The caller's. Do not keep it.
/// Errors    Throws RecordError(kEval), which rejects the record, for a get() without state, a
///           second remove(), an update() after remove(), and either of them while timing out.
template <class S>
class State {
 public:
  /// Whether the key has a state now: what was update()d counts, what was remove()d does not.
  [[nodiscard]] bool exists() const { return value_.has_value(); }
  /// REQUIRES: exists().
  [[nodiscard]] const S& get() const {
    if (!value_) throw error("the key has no state: ask exists(), or use getOption()");
    return *value_;
  }
  /// The state, or nothing.
  [[nodiscard]] const std::optional<S>& getOption() const { return value_; }
  /// Sets the state.
  void update(S value) {
    if (removed_) throw error("the state cannot be updated after it was removed in the same call");
    if (timing_out_) throw error("a state that is timing out cannot be updated");
    value_ = std::move(value);
    updated_ = true;
  }
  /// Takes the state away. Without a state it does nothing.
  void remove() {
    if (timing_out_) throw error("a state that is timing out goes by itself: do not remove it");
    if (removed_) throw error("the state was removed in the same call already");
    value_.reset();
    updated_ = false;
    removed_ = true;
  }
  /// Whether this call is the key's last: it was idle for longer than the time-out, and its state
  /// goes after the call.
  [[nodiscard]] bool isTimingOut() const { return timing_out_; }

 private:
  friend struct detail::StateAccessor;
  static RecordError error(const char* text) {
    return RecordError(RecordErrorKind::kEval, std::string("mapWithState: ") + text);
  }

  std::optional<S> value_;
  bool updated_ = false;
  bool removed_ = false;
  bool timing_out_ = false;
};

namespace detail {

/// What the stage sets before a call and reads after it.
struct StateAccessor {
  template <class S>
  static State<S> make(std::optional<S> value, bool timing_out) {
    State<S> state;
    state.value_ = std::move(value);
    state.timing_out_ = timing_out;
    return state;
  }
  template <class S>
  static bool updated(const State<S>& state) {
    return state.updated_;
  }
  template <class S>
  static bool removed(const State<S>& state) {
    return state.removed_;
  }
};

}  // namespace detail

}  // namespace lockstep
