#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <lockstep/base/status.hpp>

namespace lockstep::file {

// What PreparedFiles needs of a disk, each call with the path in its error (E320, exit code 74).

/// Writes the pieces, one after another, to a new file, replacing one that is there, and syncs it.
[[nodiscard]] Status writeSynced(const std::string& path, std::span<const std::string_view> pieces);
/// Replaces the file; no sync: for notes whose loss does no harm.
[[nodiscard]] Status writeNote(const std::string& path, std::string_view text);
[[nodiscard]] std::optional<std::string> readNote(const std::string& path);
/// Makes the folder and those above it; syncs what it made.
[[nodiscard]] Status makeFolder(const std::string& path);
[[nodiscard]] Status syncFolder(const std::string& path);
/// Replaces `to`.
[[nodiscard]] Status renameFile(const std::string& from, const std::string& to);
void removeFile(const std::string& path);
[[nodiscard]] bool exists(const std::string& path);
/// Names in a folder, sorted; none when it is not there.
[[nodiscard]] std::vector<std::string> namesIn(const std::string& folder);

}  // namespace lockstep::file
