#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <lockstep/ports/state_table.hpp>

namespace lockstep {

/// Many small keys in one value of the database: a page holds what is stored of a shard's keys
/// whose hashes agree in their first bits, sorted by hash, then by key. docs/formats.md,
/// "Checkpoint", has the bytes. A key that goes is an entry without value, until everything older
/// has been merged with it.

/// First bits of a hash that name its page: with ten million keys in four shards a page has
/// some 80.
constexpr int kPageBits = 15;
/// Bytes of key and value together that a page takes; larger ones lie by themselves, so that a page
/// stays about as small as a block of the database.
constexpr std::size_t kPagedBytesMax = 254;

[[nodiscard]] constexpr std::uint32_t pageOf(std::uint32_t hash) {
  return hash >> (32 - kPageBits);
}
[[nodiscard]] bool fitsPage(const KeyedValue& value);

/// Appends `value` to a page; an empty text is a page without entries.
/// REQUIRES: fitsPage(), and it lies behind the entries that are there.
void appendToPage(std::string& page, const KeyedValue& value);

/// Walks over a page's entries, those without value too.
class PackedPageReader {
 public:
  /// `page` lives longer than what is read.
  explicit PackedPageReader(std::string_view page = {}) : rest_(page) { next(); }

  [[nodiscard]] bool valid() const { return valid_; }
  /// Whether the bytes are no page: the walk ends there.
  [[nodiscard]] bool damaged() const { return damaged_; }
  /// The present entry, its views into the page; its bytes. REQUIRES: valid().
  [[nodiscard]] const KeyedValue& entry() const { return entry_; }
  [[nodiscard]] std::string_view bytes() const { return bytes_; }
  void next();

 private:
  std::string_view rest_;
  KeyedValue entry_;
  std::string_view bytes_;
  bool valid_ = false;
  bool damaged_ = false;
};

/// Joins `pages` of one place, oldest first, into `page`: of each key the newest entry. `complete`:
/// nothing older is stored, so keys without value are left out. False when one is damaged.
[[nodiscard]] bool mergePages(std::span<const std::string_view> pages, bool complete,
                              std::string& page);

}  // namespace lockstep
