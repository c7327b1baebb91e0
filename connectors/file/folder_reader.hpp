#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <lockstep/base/result.hpp>

#include "connectors/file/line_file.hpp"

namespace lockstep::file {

struct FolderOptions {
  std::string dir;
  std::size_t line_bytes_max = 900'000;
  std::size_t block_bytes_max = 1 << 20;
  /// A file of which a part was read and the rest is gone: stop with E262, or go on without it.
  bool stop_on_missing = true;
};

/// Lines, and the positions behind them: kept in one transaction, or not at all.
struct FolderBlock {
  struct Lines {
    std::string file;  ///< its name, without the folder
    std::vector<Line> lines;
  };
  std::vector<Lines> files;
  /// By file name; no value: the file is gone from the folder, forget it.
  std::map<std::string, std::optional<FilePosition>> positions;

  [[nodiscard]] bool empty() const { return positions.empty(); }
};

/// Reads the files of a folder, each once, oldest first, as lines. New files appear by a rename:
/// whole, under names of their own. Left out: folders, names that begin with "." or "_" or end in
/// ".tmp". A file that changes after it was read is left alone; another file that is renamed over
/// it is new. Thread: one at a time.
class FolderReader {
 public:
  using Positions = std::map<std::string, FilePosition>;
  /// Told of what an operator should know, once for each file.
  using Warn = std::function<void(const std::string&)>;

  FolderReader(FolderOptions options, Positions known, Warn warn)
      : options_(std::move(options)), known_(std::move(known)), warn_(std::move(warn)) {}

  /// The next lines; empty when there is nothing new. kRetry: the folder cannot be read now. E262,
  /// E267 (LineFile). What was returned counts as read.
  [[nodiscard]] Result<FolderBlock> next();
  /// E261 unless the folder exists and may be read.
  [[nodiscard]] static Status check(const std::string& dir);

 private:
  Status scan(FolderBlock& block);
  void judge(const std::string& name, const FilePosition& found);
  Status openNext(FolderBlock& block);
  Status missing(const std::string& name, const FilePosition& known);
  void warnOnce(const std::string& name, const std::string& text);
  [[nodiscard]] std::string pathOf(const std::string& name) const {
    return options_.dir + "/" + name;
  }

  struct Found {
    std::int64_t modified_ns;
    std::string name;
    auto operator<=>(const Found&) const = default;
  };

  const FolderOptions options_;
  Positions known_;
  const Warn warn_;
  std::set<Found> waiting_;  ///< new files
  std::string name_;         ///< of the open one
  std::optional<LineFile> open_;
  std::set<std::string> warned_;
};

}  // namespace lockstep::file
