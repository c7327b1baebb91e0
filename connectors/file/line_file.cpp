#include "connectors/file/line_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>

namespace lockstep::file {
namespace {

constexpr std::size_t kReadBytes = 256 * 1024;
constexpr std::size_t kShownBytes = 1024;  ///< of a line that is too long

FilePosition describe(const struct stat& found) {
  FilePosition position;
  position.inode = static_cast<std::uint64_t>(found.st_ino);
  position.size = static_cast<std::uint64_t>(found.st_size);
  position.modified_ns = found.st_mtim.tv_sec * std::int64_t{1'000'000'000} + found.st_mtim.tv_nsec;
  return position;
}

Status unavailable(const std::string& path) {
  return Status::retry(fmt::format("{}: {}", path, std::strerror(errno)));
}

}  // namespace

Result<LineFile> LineFile::open(const std::string& path, std::size_t line_bytes_max) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return unavailable(path);
  struct stat found {};
  if (::fstat(descriptor, &found) != 0 || !S_ISREG(found.st_mode)) {
    ::close(descriptor);
    return Status::retry(path + ": no regular file");
  }
  return LineFile(descriptor, path, describe(found), line_bytes_max);
}

Result<FilePosition> LineFile::look(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return unavailable(path);
  if (!S_ISREG(found.st_mode)) return Status::retry(path + ": no regular file");
  return describe(found);
}

LineFile::LineFile(int descriptor, std::string path, FilePosition position,
                   std::size_t line_bytes_max)
    : descriptor_(descriptor),
      path_(std::move(path)),
      position_(position),
      line_bytes_max_(line_bytes_max) {
  position_.done = position_.size == 0;
}

LineFile::LineFile(LineFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      path_(std::move(other.path_)),
      position_(other.position_),
      line_bytes_max_(other.line_bytes_max_),
      ahead_(std::move(other.ahead_)),
      searched_(other.searched_),
      cut_off_(other.cut_off_) {}

LineFile& LineFile::operator=(LineFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(path_, other.path_);
  std::swap(position_, other.position_);
  std::swap(line_bytes_max_, other.line_bytes_max_);
  std::swap(ahead_, other.ahead_);
  std::swap(searched_, other.searched_);
  std::swap(cut_off_, other.cut_off_);
  return *this;
}

LineFile::~LineFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void LineFile::resume(const FilePosition& known) {
  position_.size = known.size;
  position_.modified_ns = known.modified_ns;
  position_.next = known.next;
  position_.done = known.next >= known.size;
}

/// Reads the next piece of the file, at most up to its size at the opening.
Status LineFile::fill() {
  const auto offset = position_.next + cut_off_ + ahead_.size();
  const auto wanted = std::min<std::uint64_t>(kReadBytes, position_.size - offset);
  const auto before = ahead_.size();
  ahead_.resize(before + wanted);
  ssize_t count = 0;
  do {
    count = ::pread(descriptor_, ahead_.data() + before, wanted, static_cast<off_t>(offset));
  } while (count < 0 && errno == EINTR);
  ahead_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  if (count < 0) {
    return Status::fatal(
        ExitCode::kDisk, "E267",
        fmt::format("{}: byte {} cannot be read: {}", path_, offset, std::strerror(errno)),
        "check the disk; starting again goes on at the same byte");
  }
  if (count > 0) return {};
  return Status::fatal(ExitCode::kData, "E262",
                       fmt::format("{}: the file was cut to {} bytes while it was read; it had {}",
                                   path_, offset, position_.size),
                       "put the whole file back under its name, or start with missing: skip");
}

Status LineFile::read(std::size_t bytes_max, std::vector<Line>& lines) {
  const auto begin = position_.next;
  while (!position_.done && position_.next - begin < bytes_max) {
    if (takeLine(lines)) continue;
    const bool all = position_.next + cut_off_ + ahead_.size() >= position_.size;
    if (!all) {
      LOCKSTEP_TRY(fill());
    } else {
      const auto last = std::exchange(ahead_, {});
      if (!last.empty() || cut_off_ > 0) finishLine(last, lines);
      position_.next = position_.size;
    }
    position_.done = position_.next >= position_.size;
  }
  return {};
}

/// Whether there was a whole line in what was read ahead.
bool LineFile::takeLine(std::vector<Line>& lines) {
  const auto end = ahead_.find('\n', searched_);
  if (end == std::string::npos) {
    if (ahead_.size() > line_bytes_max_) {  // its rest is only counted
      const auto kept = std::min(kShownBytes, line_bytes_max_);
      cut_off_ += ahead_.size() - kept;
      ahead_.resize(kept);
    }
    searched_ = ahead_.size();
    return false;
  }
  position_.next += cut_off_ + end + 1;
  finishLine(std::string_view(ahead_).substr(0, end), lines);
  ahead_.erase(0, end + 1);
  position_.done = position_.next >= position_.size;
  return true;
}

void LineFile::finishLine(std::string_view text, std::vector<Line>& lines) {
  const auto bytes = text.size() + cut_off_;
  searched_ = 0;
  cut_off_ = 0;
  Line line;
  if (bytes > line_bytes_max_) {
    line.problem = fmt::format("the line has {} bytes, more than {}", bytes, line_bytes_max_);
    text = text.substr(0, kShownBytes);
  } else if (text.ends_with('\r')) {
    text.remove_suffix(1);
  }
  line.text = text;
  lines.push_back(std::move(line));
}

}  // namespace lockstep::file
