#pragma once

#include <string>

namespace lockstep {

/// What runs while it lives, in words: a broken invariant prints them under its place, so that a
/// process that tries many things tells which of them broke. Contexts nest.
/// Thread: invariants of the thread that made it; destroyed there, in reverse order.
class CheckContext {
 public:
  explicit CheckContext(std::string text);
  ~CheckContext();
  CheckContext(const CheckContext&) = delete;
  CheckContext& operator=(const CheckContext&) = delete;

  [[nodiscard]] const std::string& text() const { return text_; }
  /// The one around it; null: none.
  [[nodiscard]] const CheckContext* outer() const { return outer_; }
  /// Of the calling thread; null: none.
  [[nodiscard]] static const CheckContext* innermost();

 private:
  const std::string text_;
  const CheckContext* const outer_;
};

}  // namespace lockstep
