#include "connectors/file/folder_reader.hpp"

#include <unistd.h>

#include <filesystem>
#include <system_error>

#include <fmt/format.h>

namespace lockstep::file {
namespace {

bool leftOut(const std::string& name) {
  return name.empty() || name[0] == '.' || name[0] == '_' || name.ends_with(".tmp");
}

Status lostRest(const std::string& path, const FilePosition& known, std::string_view how) {
  return Status::fatal(
      ExitCode::kData, "E262",
      fmt::format("{} {} after {} of its {} bytes were read", path, how, known.next, known.size),
      "put the file back under its name, or start with missing: skip");
}

}  // namespace

Status FolderReader::check(const std::string& dir) {
  std::error_code error;
  const bool is_folder = std::filesystem::is_directory(dir, error);
  if (is_folder && ::access(dir.c_str(), R_OK | X_OK) == 0) return {};
  return Status::fatal(
      ExitCode::kFileMissing, "E261",
      fmt::format("the folder {} {}", dir,
                  is_folder ? "may not be read" : "does not exist, or is no folder"),
      "create it, or correct files.dir; the application's user has to be allowed to read it");
}

Result<FolderBlock> FolderReader::next() {
  FolderBlock block;
  std::size_t bytes = 0;
  if (!open_ && waiting_.empty()) LOCKSTEP_TRY(scan(block));
  while (bytes < options_.block_bytes_max) {
    if (!open_) LOCKSTEP_TRY(openNext(block));
    if (!open_) break;
    const auto before = open_->position().next;
    auto& lines = block.files.emplace_back(FolderBlock::Lines{name_, {}}).lines;
    LOCKSTEP_TRY(open_->read(options_.block_bytes_max - bytes, lines));
    bytes += static_cast<std::size_t>(open_->position().next - before);
    block.positions[name_] = known_[name_] = open_->position();
    if (open_->position().done) open_.reset();
  }
  return block;
}

/// Looks what is new in the folder, and what is gone.
Status FolderReader::scan(FolderBlock& block) {
  std::error_code error;
  std::set<std::string> present;
  std::filesystem::directory_iterator entry(options_.dir, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const auto name = entry->path().filename().string();
    if (leftOut(name)) continue;
    const auto found = LineFile::look(pathOf(name));
    if (!found.ok()) continue;  // a folder, or gone again
    present.insert(name);
    judge(name, *found);
  }
  if (error) return Status::retry(fmt::format("{}: {}", options_.dir, error.message()));
  for (auto known = known_.begin(); known != known_.end();) {
    const auto& [name, position] = *known;
    if (present.contains(name)) {
      ++known;
      continue;
    }
    if (!position.done) LOCKSTEP_TRY(missing(name, position));
    block.positions[name] = std::nullopt;
    known = known_.erase(known);
  }
  std::erase_if(warned_, [&](const std::string& name) { return !present.contains(name); });
  return {};
}

/// Puts a file that has to be read, or read on, among those that wait.
void FolderReader::judge(const std::string& name, const FilePosition& found) {
  const auto known = known_.find(name);
  const bool is_new = known == known_.end() || !known->second.sameFile(found);
  if (is_new || !known->second.done) {
    waiting_.insert({found.modified_ns, name});
    return;
  }
  const auto& read = known->second;
  if (read.size != found.size || read.modified_ns != found.modified_ns)
    warnOnce(name,
             "was changed after it was read; the changes are left out. Give new data a new "
             "file");
}

/// Opens the oldest file that waits; none when no file can be opened.
Status FolderReader::openNext(FolderBlock& block) {
  while (!open_ && !waiting_.empty()) {
    name_ = waiting_.begin()->name;
    waiting_.erase(waiting_.begin());
    auto opened = LineFile::open(pathOf(name_), options_.line_bytes_max);
    if (!opened.ok()) {
      warnOnce(name_, "cannot be read, and is tried again: " + opened.status().message());
      continue;
    }
    const auto known = known_.find(name_);
    if (known != known_.end() && !known->second.done) {
      auto& before = known->second;
      const bool same = before.sameFile(opened->position());
      if (same && opened->position().size >= before.size) {
        opened->resume(before);
      } else {
        LOCKSTEP_TRY(missing(name_, before));
        if (same) {  // cut: what is left of it was read
          before.done = true;
          block.positions[name_] = before;
          continue;
        }
      }
    }
    open_ = std::move(opened).value();
  }
  return {};
}

Status FolderReader::missing(const std::string& name, const FilePosition& known) {
  auto status = lostRest(pathOf(name), known, "is gone, cut or replaced");
  if (options_.stop_on_missing) return status;
  warn_(status.message());
  return {};
}

void FolderReader::warnOnce(const std::string& name, const std::string& text) {
  if (warned_.insert(name).second) warn_(fmt::format("{} {}", pathOf(name), text));
}

}  // namespace lockstep::file
