#include "src/runtime/file_feeder.hpp"

#include <utility>

#include <lockstep/base/log.hpp>

namespace lockstep {
namespace {

using std::chrono::milliseconds;

/// So many records may wait in the topic: a large folder is read as fast as it is processed.
constexpr std::int64_t kBacklogMax = 1'000'000;
constexpr int kBlocksBetweenLooks = 8;
constexpr milliseconds kBacklogPause{100};

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
      report_(options_.source.id, options_.source.kind, options_.listeners),
      log_(std::move(log), report_, clock, [this](milliseconds pause) { return wait(pause); }) {}

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
  const auto status = feed();
  report_.stopped("");
  if (status.ok() || status.reaction() != Reaction::kFatal) return;
  // Another instance: the engine finds that out by itself, and says so.
  if (status.exitCode() != ExitCode::kOtherOwner) fail_(status);
}

Status FileFeeder::feed() {
  LOCKSTEP_TRY(log_.open());
  LOCKSTEP_ASSIGN(auto folder, openFolder());
  while (wait(milliseconds(0))) {
    const auto fed = feedOnce(folder);
    if (!fed.ok() && fed.status().reaction() != Reaction::kRetry) return fed.status();
    if (!fed.ok()) report_.failed(fed.status().message());
    log_.trim();
    if (fed.ok() && *fed) continue;
    if (fed.ok() && options_.until_end) break;
    if (!wait(files().poll)) break;
  }
  complete_ = options_.until_end;
  return {};
}

Result<file::FolderReader> FileFeeder::openFolder() {
  LOCKSTEP_ASSIGN(const auto stored, log_.readPositions());
  file::FolderReader::Positions known;
  for (const auto& [name, text] : stored) {
    LOCKSTEP_ASSIGN(known[name], file::decodeFilePosition(text));
  }
  file::FolderOptions folder;
  folder.dir = files().dir;
  folder.line_bytes_max = files().line_bytes_max;
  folder.stop_on_missing = files().stop_on_missing;
  return file::FolderReader(std::move(folder), std::move(known),
                            [](const std::string& text) { log::warn("{}", text); });
}

Result<bool> FileFeeder::feedOnce(file::FolderReader& folder) {
  if (!options_.until_end && ++blocks_ % kBlocksBetweenLooks == 0) {
    while (log_.backlog() > kBacklogMax) {
      log_.trim();
      if (!wait(kBacklogPause)) return false;
    }
  }
  LOCKSTEP_ASSIGN(const auto block, folder.next());
  if (block.empty()) return false;
  const auto encoded = encode(block, clock_.wallNow());
  LOCKSTEP_TRY(log_.write(encoded));
  report_.stored(encoded.records.records().size());
  return true;
}

}  // namespace lockstep
