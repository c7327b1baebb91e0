#include <lockstep/base/status.hpp>

namespace lockstep {

std::string_view toString(Reaction reaction) {
  switch (reaction) {
    case Reaction::kRetry:
      return "retry";
    case Reaction::kAbort:
      return "abort";
    case Reaction::kFatal:
      return "fatal";
  }
  return "fatal";
}

std::string Status::toString() const {
  if (ok()) return "ok";
  std::string text = error_->code.empty() ? "error" : "error[" + error_->code + "]";
  text += ": " + error_->message;
  if (!error_->help.empty()) text += "\n   help: " + error_->help;
  return text;
}

Status Status::at(std::string_view where) const {
  if (ok()) return *this;
  ErrorInfo info = *error_;
  info.message = std::string(where) + ": " + info.message;
  return Status(std::move(info));
}

}  // namespace lockstep
