#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <lockstep/base/result.hpp>
#include <lockstep/formats/big_endian.hpp>
#include <lockstep/ports/state_shard.hpp>

namespace lockstep::detail {

/// What one shard of a window holds: for every pane the elements that its batches added, in order.
/// An element is a key and a value, any bytes.
///
/// In the state it is some entries per pane and batch, whatever the number of elements: adding
/// appends, and a pane that leaves goes as a whole, so that neither costs more in a longer window.
/// Where elements of one key can be folded into one, the caller does so whenever a pane has grown
/// (hasGrown, replace): it holds some times its keys then, however many batches it spans.
/// docs/formats.md, "Windows", has the bytes. Thread: the shard's worker.
class PaneLog {
 public:
  /// For one batch. `width`: of the panes, as WindowTiming has it.
  struct Place {
    StateShard& shard;
    BatchId batch;
    BatchTime time;  ///< of the batch, or of the boundary that is being closed
    std::chrono::milliseconds width;
  };

  /// Keeps the element for commit().
  void add(std::string_view key, std::string_view value);
  /// Appends what was added since the last commit() to the pane that ends at `pane`. Panes come in
  /// order of time.
  Status commit(const Place& place, BatchTime pane);
  /// Whether the pane of the last commit() holds kFoldFactor times what it held when it was folded
  /// last, or began: then a fold costs each element a constant, however often panes are folded.
  [[nodiscard]] bool hasGrown() const { return has_grown_; }
  /// Puts what was added since the last commit() in place of all that the pane holds: the same
  /// elements, folded. REQUIRES: the pane holds some.
  Status replace(const Place& place, BatchTime pane);
  /// Takes the pane for folded as it is: it could not be.
  Status leave(const Place& place, BatchTime pane);
  /// Forgets what was added since the last commit().
  void clear() { size_ = 0; }

  /// Calls visit(key, value) -> Status for each element of the panes that end in (after, through],
  /// pane by pane, in the order in which they were added. The views hold until the shard is touched
  /// or scanned.
  template <class Visit>
  Status read(const Place& place, BatchTime after, BatchTime through, const Visit& visit) {
    return readChunks(place, after, through, [&](std::string_view chunk) {
      while (!chunk.empty()) {
        const std::string_view key = take(chunk);
        LOCKSTEP_TRY(visit(key, take(chunk)));
      }
      return Status();
    });
  }
  /// Removes the panes that end up to `through`.
  Status removeThrough(const Place& place, BatchTime through);

  /// Every key of the log begins with one of the bytes below this; operators may keep entries of
  /// their own under other keys.
  static constexpr char kOwnKeys = 8;
  static constexpr std::uint64_t kFoldFactor = 4;
  /// Elements are not folded into larger ones than this, which would end as records of the
  /// changelog: a batch's element is as large as it is.
  static constexpr std::size_t kFoldedMax = 48 * 1024;

 private:
  struct Span {
    BatchTime oldest, newest;  ///< ends of panes
  };
  /// Takes one of the two parts of an element from the front of a chunk.
  static std::string_view take(std::string_view& chunk) {
    const std::size_t size = loadBigEndian32(chunk.data());
    const std::string_view part = chunk.substr(4, size);
    chunk.remove_prefix(4 + size);
    return part;
  }
  /// What the state says of one pane.
  struct Sizes {
    std::uint32_t chunks = 0;
    std::uint64_t bytes = 0;   ///< of all chunks; too few where an earlier version wrote some
    std::uint64_t folded = 0;  ///< the same after the last fold, or the first commit()
  };
  static Sizes sizesOf(const StateEntry& entry);
  static void store(StateShard& shard, StateEntry& entry, const Sizes& sizes);
  /// Gives the entry of the pane's sizes, touched: it holds until the next touch.
  static Status touchSizes(const Place& place, BatchTime pane, StateEntry*& entry);
  using VisitChunk = std::function<Status(std::string_view chunk)>;
  Status readChunks(const Place& place, BatchTime after, BatchTime through,
                    const VisitChunk& visit);
  Status findSpan(const Place& place, std::optional<Span>& span);
  /// Nothing: there are no panes.
  Status storeSpan(const Place& place, const std::optional<Span>& span);
  /// Number of chunks of each pane that ends in [first, last], one per pane.
  Status findCounts(const Place& place, BatchTime first, BatchTime last);
  void makeChunkKeys(BatchTime pane, std::uint32_t from, std::uint32_t count);
  /// Writes what was added as the pane's chunks from number `first` on.
  Status writeChunks(const Place& place, BatchTime pane, std::uint32_t first);
  Status removeChunks(const Place& place, BatchTime pane, std::uint32_t first, std::uint32_t end);
  /// Of what was added.
  [[nodiscard]] std::uint64_t pendingBytes() const;
  [[nodiscard]] std::string& pending(std::size_t more);

  std::vector<std::string> chunks_;  ///< the first size_ wait for commit(); kept for their memory
  std::size_t size_ = 0;
  bool has_grown_ = false;
  std::string key_bytes_;
  std::vector<StateKey> keys_;
  std::vector<StateEntry*> entries_;
  std::vector<const StateEntry*> found_;
  std::vector<std::uint32_t> counts_;
};

}  // namespace lockstep::detail
