#pragma once

#include <cstdint>
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
  virtual void load(std::span<const KeyedValue> values, Source source) = 0;
  /// Forgets every key, due ones too. REQUIRES: no batch is undecided.
  virtual void clear() = 0;

  /// Hands out the due keys with their *committed* values, a chunk per call, in any order; 0 = that
  /// was all. A key handed out is in flight until checkpointEnded(). Views hold until the next call
  /// of any other member. REQUIRES: the calls follow each other, and the hand-over before ended.
  virtual std::size_t takeDue(std::span<KeyedValue> out) = 0;
  /// The checkpoint with the keys in flight is durable, or failed: then they are due again.
  virtual void checkpointEnded(bool durable) = 0;
  /// Number of due keys, in flight or not.
  [[nodiscard]] virtual std::size_t due() const = 0;

  /// Keys that have committed state. Thread: any; a recent figure.
  [[nodiscard]] virtual std::uint64_t keys() const = 0;
  /// Bytes of keys, values, undo and dirty lists. Thread: any; a recent figure.
  [[nodiscard]] virtual std::uint64_t bytes() const = 0;
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
