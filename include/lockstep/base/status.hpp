#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <lockstep/base/exit_code.hpp>

namespace lockstep {

/// What the caller does about a failure. Callers branch on this and on nothing else.
enum class Reaction {
  kRetry,  ///< nothing is known to have failed: the same call again, until its deadline
  kAbort,  ///< this batch's transaction is lost: abort, undo, run the same ranges again
  kFatal,  ///< the object is dead, or the application has to stop; also everything unknown
};

[[nodiscard]] std::string_view toString(Reaction reaction);

/// The parts of a failure. `code` is the stable identity of the error ("E203"; see docs/errors.md),
/// empty for errors that never reach a user. `help` says what to type or change.
struct ErrorInfo {
  Reaction reaction = Reaction::kFatal;
  ExitCode exit_code = ExitCode::kBug;
  std::string code;
  std::string message;
  std::string help;
};

/// Success, or an error that carries its reaction. A plain value: copying keeps everything.
/// One pointer wide; success allocates nothing. Errors are immutable and shared.
class [[nodiscard]] Status {
 public:
  Status() = default;
  explicit Status(ErrorInfo info) : error_(std::make_shared<const ErrorInfo>(std::move(info))) {}
  Status(Reaction reaction, std::string message)
      : Status(ErrorInfo{reaction, ExitCode::kBug, {}, std::move(message), {}}) {}

  [[nodiscard]] static Status retry(std::string message) {
    return {Reaction::kRetry, std::move(message)};
  }
  [[nodiscard]] static Status abort(std::string message) {
    return {Reaction::kAbort, std::move(message)};
  }
  /// A failure that stops the application with `exit_code` and shows `code: message` and `help`.
  [[nodiscard]] static Status fatal(ExitCode exit_code, std::string code, std::string message,
                                    std::string help = {}) {
    return Status(ErrorInfo{Reaction::kFatal, exit_code, std::move(code), std::move(message),
                            std::move(help)});
  }

  [[nodiscard]] bool ok() const { return error_ == nullptr; }
  explicit operator bool() const { return ok(); }

  /// REQUIRES: !ok() for the four below.
  [[nodiscard]] Reaction reaction() const { return error_->reaction; }
  [[nodiscard]] const std::string& message() const { return error_->message; }
  [[nodiscard]] const ErrorInfo& info() const { return *error_; }
  [[nodiscard]] ExitCode exitCode() const { return error_->exit_code; }

  /// "error[E203]: message" and, when there is one, a second line "   help: ...". "ok" for success.
  [[nodiscard]] std::string toString() const;

  /// The same error with `where` put before the message ("orders/7: ...").
  [[nodiscard]] Status at(std::string_view where) const;

 private:
  std::shared_ptr<const ErrorInfo> error_;
};

}  // namespace lockstep

/// Returns from the enclosing function when `expression` (a Status) is an error.
#define LOCKSTEP_TRY(expression)                                                            \
  do {                                                                                      \
    if (auto lockstep_status = (expression); !lockstep_status.ok()) return lockstep_status; \
  } while (false)
