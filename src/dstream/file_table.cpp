#include <lockstep/dstream/file_table.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include <lockstep/base/log.hpp>

namespace lockstep::detail {

Result<std::optional<std::string>> WatchedFile::readIfChanged() {
  std::error_code error;
  const auto changed = std::filesystem::last_write_time(path_, error);
  const auto size = error ? 0 : std::filesystem::file_size(path_, error);
  if (error) return Status::retry(path_ + ": " + error.message());
  const std::pair now(static_cast<std::int64_t>(changed.time_since_epoch().count()), size);
  if (seen_ == now) return std::optional<std::string>();
  std::ifstream file(path_, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file.is_open() || file.bad()) return Status::retry(path_ + ": cannot be read");
  seen_ = now;
  return std::optional(std::move(text));
}

void reportKept(const std::string& file, const Status& why) {
  log::warn("{}: the new version cannot be used, the old one stays: {}", file, why.message());
}

}  // namespace lockstep::detail
