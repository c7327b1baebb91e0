#include "state/rocksdb/packed_page.hpp"

#include <limits>
#include <vector>

#include <lockstep/base/check.hpp>
#include <lockstep/formats/big_endian.hpp>

namespace lockstep {
namespace {

constexpr unsigned char kRemoved = 0xff;
/// Of an entry: hash, touched, length of the key, length of the value or kRemoved.
constexpr std::size_t kEntryHeader = 4 + 8 + 1 + 1;

/// The entries of several pages from the front, each with its hash at hand.
class PageHeads {
 public:
  explicit PageHeads(std::span<const std::string_view> pages) {
    heads_.reserve(pages.size());
    for (const std::string_view page : pages) heads_.push_back({PackedPageReader(page), kEnd});
    for (Head& head : heads_) look(head);
  }

  /// The newest entry of the first key; null at the end.
  const PackedPageReader* first() const {
    const Head* first = nullptr;
    for (const Head& head : heads_) {
      if (head.hash == kEnd) continue;
      if (first == nullptr || head.hash < first->hash ||
          (head.hash == first->hash && head.key() <= first->key()))
        first = &head;
    }
    return first == nullptr ? nullptr : &first->page;
  }

  /// Steps over the key of `first`, everywhere.
  void pass(const StateKey& key) {
    for (Head& head : heads_) {
      if (head.hash != key.hash || head.key() != key.bytes) continue;
      head.page.next();
      look(head);
    }
  }

  [[nodiscard]] bool damaged() const { return damaged_; }

 private:
  static constexpr std::uint64_t kEnd = std::numeric_limits<std::uint64_t>::max();
  struct Head {
    PackedPageReader page;
    std::uint64_t hash;
    [[nodiscard]] std::string_view key() const { return page.entry().key.bytes; }
  };

  void look(Head& head) {
    head.hash = head.page.valid() ? head.page.entry().key.hash : kEnd;
    damaged_ = damaged_ || head.page.damaged();
  }

  std::vector<Head> heads_;
  bool damaged_ = false;
};

}  // namespace

bool fitsPage(const KeyedValue& value) {
  return value.key.bytes.size() + (value.value ? value.value->size() : 0) <= kPagedBytesMax;
}

void appendToPage(std::string& page, const KeyedValue& value) {
  LOCKSTEP_CHECK(fitsPage(value), "a page has small entries only");
  char header[kEntryHeader];
  storeBigEndian(header, value.key.hash);
  storeBigEndian(header + 4, static_cast<std::uint64_t>(value.touched.time_since_epoch().count()));
  header[12] = static_cast<char>(value.key.bytes.size());
  header[13] = static_cast<char>(value.value ? value.value->size() : kRemoved);
  page.append(header, kEntryHeader).append(value.key.bytes);
  if (value.value) page.append(*value.value);
}

void PackedPageReader::next() {
  valid_ = false;
  if (rest_.empty()) return;
  damaged_ = true;
  if (rest_.size() < kEntryHeader) return;
  const auto key = static_cast<unsigned char>(rest_[12]);
  const auto value = static_cast<unsigned char>(rest_[13]);
  const std::size_t size = kEntryHeader + key + (value == kRemoved ? 0 : value);
  if (rest_.size() < size) return;
  damaged_ = false;
  valid_ = true;
  bytes_ = rest_.substr(0, size);
  entry_.key = {rest_.substr(kEntryHeader, key), loadBigEndian32(rest_.data())};
  entry_.value.reset();
  if (value != kRemoved) entry_.value = rest_.substr(kEntryHeader + key, value);
  const auto touched = loadBigEndian64(rest_.data() + 4);
  entry_.touched = BatchTime(std::chrono::milliseconds(static_cast<std::int64_t>(touched)));
  rest_.remove_prefix(size);
}

bool mergePages(std::span<const std::string_view> pages, bool complete, std::string& page) {
  PageHeads heads(pages);
  while (const PackedPageReader* const first = heads.first()) {
    const StateKey key = first->entry().key;
    if (first->entry().value || !complete) page.append(first->bytes());
    heads.pass(key);
  }
  return !heads.damaged();
}

}  // namespace lockstep
