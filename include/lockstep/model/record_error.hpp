#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace lockstep {

/// Which way of `errors:` a failing record takes.
enum class RecordErrorKind {
  kDecode,   ///< its bytes are not what the format says
  kEval,     ///< a user's function or expression failed on it
  kProduce,  ///< the broker would refuse the result: too large, timestamp outside the window
  kLate,     ///< it came behind the watermark, and its windows are gone
};

[[nodiscard]] constexpr std::string_view toString(RecordErrorKind kind) {
  switch (kind) {
    case RecordErrorKind::kDecode:
      return "decode";
    case RecordErrorKind::kProduce:
      return "produce";
    case RecordErrorKind::kLate:
      return "late";
    case RecordErrorKind::kEval:
      break;
  }
  return "eval";
}

/// Thrown by user functions and formats: this one record cannot be processed, the batch goes on.
/// The operator that was running fills in `step`. Any other std::exception counts as kEval, except
/// std::bad_alloc, which fails the batch.
class RecordError : public std::exception {
 public:
  RecordError(RecordErrorKind kind, std::string cause, std::string step = {})
      : kind_(kind), cause_(std::move(cause)), step_(std::move(step)) {}

  [[nodiscard]] RecordErrorKind kind() const { return kind_; }
  [[nodiscard]] const std::string& cause() const { return cause_; }
  /// Name of the step that failed; "" until the operator has set it.
  [[nodiscard]] const std::string& step() const { return step_; }
  void setStep(std::string_view step) { step_ = step; }
  [[nodiscard]] const char* what() const noexcept override { return cause_.c_str(); }

 private:
  RecordErrorKind kind_;
  std::string cause_;
  std::string step_;
};

}  // namespace lockstep
