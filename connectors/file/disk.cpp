#include "connectors/file/disk.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace lockstep::file {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 20;

Status failed(const std::string& what, const std::string& path, int error) {
  const bool full = error == ENOSPC || error == EDQUOT;
  return Status::fatal(ExitCode::kDisk, "E320", path + ": " + what + ": " + std::strerror(error),
                       full ? "make room on the disk and start again; nothing is lost"
                            : "let this user write there and start again; nothing is lost");
}

/// Closes what it holds; the close of a written file counts as part of writing it.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] bool open() const { return number_ >= 0; }
  [[nodiscard]] bool close() {
    const int number = number_;
    number_ = -1;
    return ::close(number) == 0;
  }

 private:
  int number_;
};

bool writeAll(int number, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(number, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// Small pieces are gathered, so that a line costs no system call.
bool writePieces(int number, std::span<const std::string_view> pieces) {
  std::string buffer;
  buffer.reserve(kBufferBytes);
  for (const std::string_view piece : pieces) {
    if (buffer.size() + piece.size() > kBufferBytes) {
      if (!writeAll(number, buffer)) return false;
      buffer.clear();
    }
    if (piece.size() > kBufferBytes) {
      if (!writeAll(number, piece)) return false;
    } else {
      buffer += piece;
    }
  }
  return writeAll(number, buffer);
}

}  // namespace

Status writeSynced(const std::string& path, std::span<const std::string_view> pieces) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!file.open()) return failed("cannot be made", path, errno);
  if (!writePieces(file.number(), pieces) || ::fsync(file.number()) != 0 || !file.close())
    return failed("cannot be written", path, errno);
  return {};
}

Status writeNote(const std::string& path, std::string_view text) {
  const std::string fresh = path + ".new";
  {
    Descriptor file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!file.open() || !writeAll(file.number(), text) || !file.close())
      return failed("cannot be written", fresh, errno);
  }
  return renameFile(fresh, path);
}

std::optional<std::string> readNote(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

Status makeFolder(const std::string& path) {
  struct stat there {};
  if (::stat(path.c_str(), &there) == 0) {
    if (S_ISDIR(there.st_mode)) return {};
    return failed("is no folder", path, ENOTDIR);
  }
  const std::string above = std::filesystem::path(path).parent_path();
  LOCKSTEP_TRY(makeFolder(above));
  if (::mkdir(path.c_str(), 0755) != 0 && errno != EEXIST)
    return failed("cannot be made", path, errno);
  return syncFolder(above);
}

Status syncFolder(const std::string& path) {
  const Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.open() || ::fsync(folder.number()) != 0)
    return failed("the folder cannot be synced", path, errno);
  return {};
}

Status renameFile(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0)
    return failed("cannot be renamed from " + from, to, errno);
  return {};
}

void removeFile(const std::string& path) { ::unlink(path.c_str()); }

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

std::vector<std::string> namesIn(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored))
    names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace lockstep::file
