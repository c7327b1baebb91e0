#include "state/rocksdb/rocksdb_errors.hpp"

#include <fmt/format.h>

namespace lockstep {
namespace {

Status unwritable(std::string_view folder, std::string_view why) {
  return Status::fatal(ExitCode::kDisk, "E701",
                       fmt::format("the state folder {} cannot be written: {}", folder, why),
                       "check the disk; a new folder is filled from the changelog");
}

}  // namespace

Status damaged(std::string_view folder, std::string_view why) {
  return Status::abort(fmt::format("the checkpoint in {} is damaged: {}", folder, why));
}

Status unusableFolder(std::string_view folder, std::string_view why) {
  return Status::fatal(ExitCode::kDisk, "E703",
                       fmt::format("the state folder {} cannot be used: {}", folder, why),
                       "create it, and make the user that runs Lockstep its owner; or change "
                       "state.dir");
}

Status fromRocksdb(const rocksdb::Status& status, std::string_view folder) {
  if (status.ok()) return {};
  const std::string text = status.ToString();
  if (status.IsCorruption() || status.IsNotSupported() || status.IsInvalidArgument() ||
      status.IsNotFound() || status.IsPathNotFound()) {
    return damaged(folder, text);
  }
  // RocksDB has no code of its own for a lock that is taken: it names the file.
  if (text.find("/LOCK: ") != std::string::npos && text.find("denied") == std::string::npos) {
    return Status::fatal(ExitCode::kDisk, "E702",
                         fmt::format("the state folder {} is in use by another process", folder),
                         "stop the other instance; one application has one state.dir");
  }
  if (text.find("ermission denied") != std::string::npos ||
      text.find("ead-only file system") != std::string::npos) {
    return unusableFolder(folder, text);
  }
  if (status.IsNoSpace() || text.find("No space left") != std::string::npos) {
    return Status::fatal(ExitCode::kDisk, "E701",
                         fmt::format("the disk of the state folder {} is full: {}", folder, text),
                         "make room and start again; the checkpoint on the disk is still good");
  }
  return unwritable(folder, text);
}

Status fromRocksdbWrite(const rocksdb::Status& status, std::string_view folder) {
  Status error = fromRocksdb(status, folder);
  if (error.ok() || error.reaction() != Reaction::kAbort) return error;
  return unwritable(folder, status.ToString());
}

}  // namespace lockstep
