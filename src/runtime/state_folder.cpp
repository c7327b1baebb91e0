#include "src/runtime/state_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

namespace lockstep {
namespace {

Status unusable(const std::string& path, const std::string& why) {
  return Status::fatal(ExitCode::kDisk, "E703",
                       fmt::format("the state folder {} cannot be used: {}", path, why),
                       "make state.dir a folder that this user may write to");
}

}  // namespace

Result<StateFolder> StateFolder::open(const std::optional<std::string>& path) {
  if (!path) return StateFolder(-1);
  std::error_code error;
  std::filesystem::create_directories(*path, error);
  if (error) return unusable(*path, error.message());
  ::chmod(path->c_str(), S_IRWXU);
  const auto file = *path + "/lock";
  const int lock =
      ::open(file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  if (lock < 0) return unusable(*path, std::strerror(errno));
  if (::flock(lock, LOCK_EX | LOCK_NB) == 0) return StateFolder(lock);
  const int reason = errno;
  ::close(lock);
  if (reason != EWOULDBLOCK) return unusable(*path, std::strerror(reason));
  return Status::fatal(ExitCode::kOtherOwner, "E702",
                       fmt::format("the state folder {} is in use by another process", *path),
                       "stop the other instance; one application has one state.dir");
}

StateFolder::StateFolder(StateFolder&& other) noexcept : lock_(std::exchange(other.lock_, -1)) {}

StateFolder::~StateFolder() {
  if (lock_ >= 0) ::close(lock_);
}

}  // namespace lockstep
