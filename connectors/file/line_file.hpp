#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <lockstep/base/result.hpp>

#include "connectors/file/file_position.hpp"

namespace lockstep::file {

/// One line of a file, without its end ("\n" or "\r\n").
struct Line {
  std::string text;     ///< of a line that is too long: its beginning
  std::string problem;  ///< "" unless the line is too long
};

/// Reads one file line by line, up to the size that it had when it was opened. It stays open, so
/// that it can be deleted meanwhile. Thread: one at a time.
class LineFile {
 public:
  /// kRetry: it is not there (any more), or may not be read; the message says which.
  [[nodiscard]] static Result<LineFile> open(const std::string& path, std::size_t line_bytes_max);
  /// What a file of that path is now; kRetry as open().
  [[nodiscard]] static Result<FilePosition> look(const std::string& path);

  LineFile(LineFile&& other) noexcept;
  LineFile& operator=(LineFile&& other) noexcept;
  ~LineFile();

  /// Goes on behind what was read before. REQUIRES: `known.sameFile(position())`, not done.
  void resume(const FilePosition& known);
  /// Appends lines until about `bytes_max` bytes of them were read, or all are. A last line without
  /// an end counts. E262 when the file was cut, E267 when it cannot be read any more.
  Status read(std::size_t bytes_max, std::vector<Line>& lines);
  [[nodiscard]] const FilePosition& position() const { return position_; }

 private:
  LineFile(int descriptor, std::string path, FilePosition position, std::size_t line_bytes_max);

  Status fill();
  bool takeLine(std::vector<Line>& lines);
  void finishLine(std::string_view text, std::vector<Line>& lines);

  int descriptor_;
  std::string path_;
  FilePosition position_;
  std::size_t line_bytes_max_;
  std::string ahead_;          ///< read from the file, not yet lines: from position_.next on
  std::size_t searched_ = 0;   ///< bytes of it that hold no end of a line
  std::uint64_t cut_off_ = 0;  ///< bytes of a line that is too long, left out of ahead_
};

}  // namespace lockstep::file
