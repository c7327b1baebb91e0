#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <rocksdb/options.h>

#include <lockstep/base/arena.hpp>
#include <lockstep/ports/state_table.hpp>

namespace rocksdb {
class SstFileWriter;
}

namespace lockstep {

/// How the keys of a column family lie: many in a page, or each by itself.
enum class StoredLayout { kPages, kSingle };

/// Collects values of one column family and writes them, sorted, as one file that the database
/// takes over whole: a tenth of the cost of putting them one by one. Memory: the values.
class SstBuilder {
 public:
  explicit SstBuilder(StoredLayout layout) : layout_(layout) {}

  void add(ShardId shard, const KeyedValue& value);
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

  /// Writes the file and syncs it. Of values of the same key the last one counts. Forgets them all,
  /// also on errors.
  rocksdb::Status write(const std::string& path, const rocksdb::Options& options);
  void clear();

 private:
  struct Entry {
    std::string_view key;  ///< as storedKey() makes it
    std::optional<std::string_view> value;
    BatchTime touched;
  };
  [[nodiscard]] std::vector<std::uint32_t> sorted() const;
  template <class Sink>
  rocksdb::Status forEachLast(const std::vector<std::uint32_t>& order, const Sink& sink) const;
  rocksdb::Status writeSingles(const std::vector<std::uint32_t>& order,
                               rocksdb::SstFileWriter& file) const;
  rocksdb::Status writePages(const std::vector<std::uint32_t>& order,
                             rocksdb::SstFileWriter& file) const;

  const StoredLayout layout_;
  Arena arena_;
  std::vector<Entry> entries_;
  std::size_t bytes_ = 0;
};

}  // namespace lockstep
