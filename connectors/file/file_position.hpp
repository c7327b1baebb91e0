#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <lockstep/base/result.hpp>

namespace lockstep::file {

/// What is known of one file in the folder: how much of it was read, and which file it was.
/// docs/formats.md, "Positions of files".
struct FilePosition {
  std::uint64_t inode = 0;
  std::uint64_t size = 0;        ///< when it was opened: what was appended since is not read
  std::int64_t modified_ns = 0;  ///< since the epoch, when it was opened
  std::uint64_t next = 0;        ///< byte behind the last line that was read
  bool done = false;             ///< all of `size` was read

  /// Whether `other`, found under the same name, is this file: not replaced by another one. A copy
  /// that kept size and time of modification (a restored folder) is the same file.
  [[nodiscard]] bool sameFile(const FilePosition& other) const {
    return inode == other.inode || (size == other.size && modified_ns == other.modified_ns);
  }

  bool operator==(const FilePosition&) const = default;
};

/// "v1;inode=12;size=300;modified=1700000000000000000;next=300;done=1"
[[nodiscard]] std::string encode(const FilePosition& position);
/// E266 for anything that encode() has not written.
[[nodiscard]] Result<FilePosition> decodeFilePosition(std::string_view text);

}  // namespace lockstep::file
