#include "src/runtime/owner_marker.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include <lockstep/base/log.hpp>

namespace lockstep {

OwnerMarker::OwnerMarker(std::optional<std::string> state_dir) {
  if (state_dir) path_ = *state_dir + "/other-owner";
}

std::optional<Nonce> OwnerMarker::read() const {
  if (!path_) return std::nullopt;
  std::ifstream file(*path_);
  std::uint64_t nonce = 0;
  if (!(file >> std::hex >> nonce)) return std::nullopt;
  return Nonce{nonce};
}

void OwnerMarker::write(Nonce owner) const {
  if (!path_) return;
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(*path_).parent_path(), ignored);
  std::ofstream file(*path_, std::ios::trunc);
  file << fmt::format("{:016x}\n", owner.value());
  if (!file.flush()) log::warn("{} cannot be written; the next start will not wait", *path_);
}

void OwnerMarker::clear() const {
  std::error_code ignored;
  if (path_) std::filesystem::remove(*path_, ignored);
}

}  // namespace lockstep
