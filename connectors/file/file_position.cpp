#include "connectors/file/file_position.hpp"

#include <charconv>

#include <fmt/format.h>

namespace lockstep::file {
namespace {

/// Takes ";name=number" off the front of `text`.
template <class T>
bool take(std::string_view& text, std::string_view name, T& value) {
  if (text.substr(0, 1) != ";") return false;
  text.remove_prefix(1);
  if (text.substr(0, name.size()) != name) return false;
  text.remove_prefix(name.size());
  if (text.substr(0, 1) != "=") return false;
  text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

}  // namespace

std::string encode(const FilePosition& position) {
  return fmt::format("v1;inode={};size={};modified={};next={};done={}", position.inode,
                     position.size, position.modified_ns, position.next, position.done ? 1 : 0);
}

Result<FilePosition> decodeFilePosition(std::string_view text) {
  FilePosition position;
  int done = 0;
  auto rest = text;
  const bool version = rest.substr(0, 2) == "v1";
  rest.remove_prefix(version ? 2 : 0);
  if (!version || !take(rest, "inode", position.inode) || !take(rest, "size", position.size) ||
      !take(rest, "modified", position.modified_ns) || !take(rest, "next", position.next) ||
      !take(rest, "done", done) || !rest.empty()) {
    return Status::fatal(ExitCode::kData, "E266",
                         fmt::format("'{}' is no position of a file", text),
                         "run the version of Lockstep that wrote it");
  }
  position.done = done != 0;
  return position;
}

}  // namespace lockstep::file
