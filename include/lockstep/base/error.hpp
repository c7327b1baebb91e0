#pragma once

#include <exception>
#include <memory>
#include <string>
#include <utility>

#include <lockstep/base/status.hpp>

namespace lockstep {

/// What the C++ library throws at its callers. Below the library's face errors are Status values.
/// Copying keeps everything and cannot fail.
class Error : public std::exception {
 public:
  /// REQUIRES: !status.ok()
  explicit Error(Status status) : Error(status, status.toString()) {}
  /// `text` where the parts of `status` are already laid out for a reader (mistakes in a file).
  Error(Status status, std::string text)
      : status_(std::move(status)), text_(std::make_shared<const std::string>(std::move(text))) {}

  /// Code, message with its place, and the remedy on a line of its own:
  /// "error[E203]: orders/7: committed offset 50456 ...\n   help: ...".
  [[nodiscard]] const char* what() const noexcept override { return text_->c_str(); }
  /// What the process should exit with (sysexits): a restart helps after 69, 74 and 75 only.
  [[nodiscard]] int exitCode() const { return static_cast<int>(status_.exitCode()); }
  /// "E203": stable, explained by docs/errors.md and `lockstep explain E203`.
  [[nodiscard]] const std::string& code() const { return status_.info().code; }
  [[nodiscard]] const std::string& help() const { return status_.info().help; }
  [[nodiscard]] const Status& status() const { return status_; }

 private:
  Status status_;
  std::shared_ptr<const std::string> text_;
};

}  // namespace lockstep
