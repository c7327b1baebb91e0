#include "src/runtime/file_feeder.hpp"

#include <utility>

#include <lockstep/base/log.hpp>

namespace lockstep {
namespace {

using std::chrono::milliseconds;

ReceivedLog::Block encode(const file::FolderBlock& folder, WallTime now) {
  ReceivedLog::Block block;
  for (const auto& [name, lines] : folder.files) {
    for (const auto& line : lines) {
      const Header problem{kReceiveErrorHeader, line.problem};
      EncodedRecord record;
      record.key = name;
      record.value = line.text;
      record.timestamp = now;
      if (!line.problem.empty()) record.headers = {&problem, 1};
      block.records.append(record);
    }
  }
  for (const auto& [name, position] : folder.positions)
    block.positions[name] = position ? std::optional(file::encode(*position)) : std::nullopt;
  return block;
}

}  // namespace

FileFeeder::FileFeeder(Options options, std::unique_ptr<ReceivedLog> log, Clock& clock, Fail fail)
    : options_(std::move(options)),
      clock_(clock),
      fail_(std::move(fail)),
      report_({options_.source.id, options_.source.kind, options_.listeners}, clock),
      log_(std::move(log), report_, clock, [this](milliseconds pause) { return wait(pause); }),
      feed_(
          {options_.until_end, files().poll}, log_, report_,
          [this](const Positions& positions) { return openFolder(positions); },
          [this](milliseconds pause) { return wait(pause); }) {}

void FileFeeder::start() {
  thread_ = std::thread([this] { run(); });
}

void FileFeeder::stop() {
  {
    MutexLock lock(mutex_);
    ending_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

bool FileFeeder::wait(milliseconds pause) {
  MutexLock lock(mutex_);
  const auto until = clock_.now() + pause;
  while (!ending_ && clock_.now() < until) changed_.wait_for(lock, until - clock_.now());
  return !ending_;
}

void FileFeeder::run() {
  report_.started();
  const auto status = feed_.run();
  const bool failed = !status.ok() && status.reaction() == Reaction::kFatal;
  if (failed) report_.failed(status.message());
  report_.stopped("", failed ? SourceReport::Stop::kDown : SourceReport::Stop::kEnd);
  if (!failed) return;
  // Another instance: the engine finds that out by itself, and says so.
  if (status.exitCode() != ExitCode::kOtherOwner) fail_(status);
}

Result<SourceFeed::Next> FileFeeder::openFolder(const Positions& stored) {
  file::FolderReader::Positions known;
  for (const auto& [name, text] : stored) {
    LOCKSTEP_ASSIGN(known[name], file::decodeFilePosition(text));
  }
  file::FolderOptions options;
  options.dir = files().dir;
  options.line_bytes_max = files().line_bytes_max;
  options.stop_on_missing = files().stop_on_missing;
  const auto folder = std::make_shared<file::FolderReader>(
      std::move(options), std::move(known), [](const std::string& text) { log::warn("{}", text); });
  return SourceFeed::Next([this, folder]() -> Result<ReceivedLog::Block> {
    LOCKSTEP_ASSIGN(const auto block, folder->next());
    return encode(block, clock_.wallNow());
  });
}

}  // namespace lockstep
