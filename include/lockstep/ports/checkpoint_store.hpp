#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <lockstep/base/result.hpp>
#include <lockstep/model/ids.hpp>
#include <lockstep/ports/state_table.hpp>

namespace lockstep {

/// The application's committed state on a disk: values per operator, shard and key, and one small
/// record, the positions, that says what the values stand for.
///
/// Life      open(), then anything, in any order.
/// Thread    One at a time: control during recovery, the checkpointer afterwards. read() and
/// find():
///           any, several at a time, also while another thread writes; not while one opens, clears
///           or forgets.
/// Invariant commit() is the only thing that moves the positions, all or nothing, and what write()
///           took before an ok sync() is durable then. Values written without a commit may be there
///           or not after a crash: they are absolute, so the changelog's replay repairs them.
/// Errors    kAbort: what is stored cannot be read; clear() and build it again.
///           kFatal, exit 74: E701 the disk fails or is full, E702 the folder is in use by another
///           process, E703 the folder cannot be made or entered.
class CheckpointStore {
 public:
  virtual ~CheckpointStore() = default;

  /// Opens the folder, or makes it; does nothing when it is open. Returns why the old content was
  /// put away (damaged, or of a later version), "" when it was not: the positions are gone then.
  virtual Result<std::string> open() = 0;

  /// What commit() stored last; nothing in a new folder.
  virtual Result<std::optional<std::string>> positions() = 0;

  /// Forgets the positions first, durably, then all values.
  virtual Status clear() = 0;

  /// Forgets the values of one operator. REQUIRES: the positions do not list it.
  virtual Status forget(std::string_view operator_id) = 0;

  /// Takes values of one shard; no value = the key goes. In any order; copies.
  virtual Status write(std::string_view operator_id, ShardId shard,
                       std::span<const KeyedValue> values) = 0;
  /// Makes everything written so far durable.
  virtual Status sync() = 0;
  /// Replaces the positions, atomically and durably. REQUIRES: sync() came after the last write().
  virtual Status commit(std::string_view positions) = 0;

  /// Receives a chunk of stored values. Views hold during the call.
  using Sink = std::function<void(std::span<const KeyedValue> values)>;
  /// Where a read begins and when it may end.
  struct Part {
    std::uint32_t hash = 0;  ///< keys with this hash and above
    std::size_t count = std::numeric_limits<std::size_t>::max();
  };
  /// Hands out values of one shard in the order of a table's scan: by hash, then by key; at least
  /// `part.count` if there are as many, and always all that have the last one's hash.
  virtual Status read(std::string_view operator_id, ShardId shard, Part part, const Sink& sink) = 0;
  /// Hands out what is stored of `keys`, in their order; keys that are not stored are left out.
  /// REQUIRES: sorted as a scan is, no key twice.
  virtual Status find(std::string_view operator_id, ShardId shard, std::span<const StateKey> keys,
                      const Sink& sink) = 0;
};

}  // namespace lockstep
