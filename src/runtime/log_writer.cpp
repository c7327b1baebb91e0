#include "src/runtime/log_writer.hpp"

#include <algorithm>
#include <type_traits>

namespace lockstep {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstPause{50};
constexpr milliseconds kPauseMax{5'000};
constexpr std::chrono::seconds kBetweenTrims{5};

const Status& statusOf(const Status& status) { return status; }
template <class T>
const Status& statusOf(const Result<T>& result) {
  static const Status kFine;
  return result.ok() ? kFine : result.status();
}

}  // namespace

template <class Call>
auto LogWriter::patiently(const char* what, const Call& call) -> decltype(call()) {
  for (auto pause = kFirstPause;; pause = std::min(pause * 2, kPauseMax)) {
    auto outcome = call();
    const Status status = statusOf(outcome);
    if (status.ok() || status.reaction() == Reaction::kFatal) return outcome;
    if (pause >= milliseconds(400)) report_.failed(std::string(what) + ": " + status.message());
    if (!wait_(pause)) return Status::abort("the source ends");
  }
}

Status LogWriter::open() {
  return patiently("its topic cannot be opened yet", [this] { return log_->open(); });
}

Status LogWriter::write(const ReceivedLog::Block& block) {
  return patiently("a block cannot be written yet", [&] { return log_->write(block); });
}

Result<std::map<std::string, std::string>> LogWriter::readPositions() {
  return patiently("its positions cannot be read yet", [this] { return log_->readPositions(); });
}

void LogWriter::trim() {
  const auto processed = processed_.load();
  if (processed <= trimmed_ || clock_.now() < trim_at_) return;
  trim_at_ = clock_.now() + kBetweenTrims;
  const auto status = log_->trim(Offset{processed});
  if (status.ok()) {
    trimmed_ = processed;
  } else {
    report_.failed("what was processed cannot be deleted from its topic: " + status.message());
  }
}

std::int64_t LogWriter::backlog() {
  const auto end = log_->end();
  return end.ok() ? end->value() - processed_.load() : 0;
}

}  // namespace lockstep
