#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include <lockstep/ports/state_shard.hpp>

namespace lockstep {

/// One key's committed state outside a table: in a changelog, in a checkpoint. No value = the key
/// was removed (a tombstone). Views; the sender owns the bytes.
struct KeyedValue {
  StateKey key;
  std::optional<std::string_view> value;
  BatchTime touched;  ///< batch time of the key's last touch
};

/// What the checkpoint store holds of one shard, while batches run: where a table's evicted keys
/// lie. Thread: the shard's worker; the checkpointer writes meanwhile.
class StoredKeys {
 public:
  virtual ~StoredKeys() = default;
  /// Receives a chunk of stored values. Views hold during the call.
  using Sink = std::function<void(std::span<const KeyedValue> values)>;
  /// Hands out what is stored of `keys`, in their order; the others are left out. Fails with
  /// kFatal. REQUIRES: sorted as a scan is, no key twice.
  virtual Status find(std::span<const StateKey> keys, const Sink& sink) = 0;
  /// Hands out keys in the order of a scan, from `hash` on: at least `count` if there are as many,
  /// and all that have the last one's hash. Fails with kFatal.
  virtual Status read(std::uint32_t hash, std::size_t count, const Sink& sink) = 0;
};

/// The whole of a shard's table: what operators use (StateShard), and what the state backend needs
/// to decide batches, restore and write checkpoints.
///
/// Thread    The shard's worker only, but keys() and the figures in bytes.
/// Invariant A key that a checkpoint does not hold yet as it is ("due") stays in the table, also
///           when it was removed: its tombstone has to be written.
class StateTable : public StateShard {
 public:
  /// The keys that `batch` changed (value, presence, or time of the last touch) with their present
  /// values, in order of first touch. Fills from `cursor` as scan() does. Views hold until the next
  /// call of any other member.
  virtual std::size_t changes(BatchId batch, std::uint64_t& cursor, std::span<KeyedValue> out) = 0;

  /// Keeps what `batch` did; the keys that it changed become due. Does nothing for a batch that
  /// touched nothing here. REQUIRES: no earlier batch is undecided.
  virtual void confirm(BatchId batch) = 0;
  /// Takes back what `batch` did. REQUIRES: no later batch is undecided.
  virtual void rollback(BatchId batch) = 0;
  /// The earliest batch that touched something here and is not decided.
  [[nodiscard]] virtual std::optional<BatchId> undecided() const = 0;

  /// Where loaded values come from: a checkpoint holds them already, the changelog's are due.
  enum class Source { kCheckpoint, kChangelog };
  /// Restores keys; a later value replaces an earlier one. REQUIRES: no batch is undecided.
  /// Fails (kFatal) when evicted keys cannot be read back.
  virtual Status load(std::span<const KeyedValue> values, Source source) = 0;
  /// Forgets every key, due ones too. REQUIRES: no batch is undecided.
  virtual void clear() = 0;

  /// Hands out the due keys with their *committed* values, a chunk per call; 0 = that was all. They
  /// come in runs: every key of a later run has a higher hash. Within one they are in no order, and
  /// a chunk that is not full is its end. A key handed out is in flight until checkpointEnded().
  /// Views hold until the next call of any other member. Batches may go on between calls: the first
  /// call fixes which keys, each call has their values of then. REQUIRES: the hand-over before has
  /// ended.
  virtual std::size_t takeDue(std::span<KeyedValue> out) = 0;
  /// How many keys the hand-over has yet to hand out; before its first call, all that are due.
  [[nodiscard]] virtual std::size_t toTake() const = 0;
  /// The checkpoint with the keys in flight is durable, or failed: then they are due again. Looks
  /// at `part` of them and tells whether there are more: then it has to be called again, with the
  /// same outcome, before the next takeDue().
  virtual bool checkpointEnded(bool durable, std::size_t part) = 0;
  void checkpointEnded(bool durable) {
    while (checkpointEnded(durable, std::numeric_limits<std::size_t>::max())) continue;
  }
  /// Where evicted keys lie; outlives the table. Without one nothing is evicted.
  virtual void readBackFrom(StoredKeys& stored) = 0;
  /// Gives up keys until at most `bytes_max` of entries are left: only those that are clean (a
  /// completed checkpoint holds them as they are, no undecided batch touched them), and those first
  /// that were not touched for long. Of a table with few of them it gives up fewer: the effort is
  /// bounded by what was asked for. Views, entries and walks end.
  virtual void evict(std::uint64_t bytes_max) = 0;
  /// Tells that the store has keys that were not loaded, about `keys` of them.
  virtual void leaveStored(std::uint64_t keys) = 0;
  /// Makes room for so many keys. REQUIRED before keys are loaded in order of their hashes.
  virtual void reserve(std::size_t keys) = 0;

  /// Number of due keys, in flight or not.
  [[nodiscard]] virtual std::size_t due() const = 0;

  /// Keys that have committed state, evicted ones too. Thread: any; a recent figure.
  [[nodiscard]] virtual std::uint64_t keys() const = 0;
  /// Bytes of keys, values, undo and dirty lists. Thread: any; a recent figure.
  [[nodiscard]] virtual std::uint64_t bytes() const = 0;
  /// The part of bytes() that evict() can make smaller: entries in use. Thread: any; a recent
  /// figure.
  [[nodiscard]] virtual std::uint64_t entryBytes() const = 0;
  /// Bytes of the due keys, in flight or not, with their committed values. Thread: any; a recent
  /// figure.
  [[nodiscard]] virtual std::uint64_t dirtyBytes() const = 0;
  /// Bytes of the keys that `batch` touched, their values, and what they were; 0 once it is
  /// decided. As of its last touch(), or of changes(). Thread: any; a recent figure.
  [[nodiscard]] virtual std::uint64_t undecidedBytes(BatchId batch) const = 0;
};

/// Makes tables. Thread: any.
class StateTableFactory {
 public:
  virtual ~StateTableFactory() = default;
  [[nodiscard]] virtual std::unique_ptr<StateTable> createTable() = 0;
};

}  // namespace lockstep
