#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace lockstep {

/// For operators that shuffle.
struct ShuffleOptions {
  std::string step = {};                          ///< name in messages; "" = "reduceByKey 2"
  std::optional<std::uint32_t> parallelism = {};  ///< shards; default: the graph's
};

/// What a stateful stream passes on.
enum class Emit : std::uint8_t {
  kAll,      ///< every key each time a tick closes, as Spark does
  kChanged,  ///< per batch: new keys and those whose encoded state differs; a removed key once
};

/// Which keys the update function is called for.
enum class Visit : std::uint8_t {
  kAll,      ///< keys with values, and idle ones (with no values) each time a tick closes, as Spark
  kTouched,  ///< keys with values only
};

struct StateOptions {
  std::string id = {};  ///< REQUIRED: the state's identity across restarts; part of a topic's name
  Emit emit = Emit::kAll;
  Visit visit = Visit::kAll;
  std::optional<std::uint32_t> parallelism = std::nullopt;  ///< shards, pinned at the first start
};

/// What becomes of an element whose key a table does not have.
enum class OnMissing : std::uint8_t {
  kDrop,        ///< it is left out
  kDeadLetter,  ///< it is rejected, as one that a function throws on: `errors.eval`
};

/// For look-ups in a table.
struct TableJoinOptions {
  std::string step = {};  ///< name in messages; "" = "joinTable 2"
  /// Of joinTable; leftJoinTable passes such elements on, with nothing beside them.
  OnMissing on_missing = OnMissing::kDrop;
};

/// For windows in batch time.
struct WindowOptions {
  std::string id = {};  ///< REQUIRED: the state's identity across restarts; part of a topic's name
  /// With an inverse: a key goes when its last value has left the window. Otherwise it stays for
  /// ever, as in Spark.
  bool drop_empty = false;
  std::optional<std::uint32_t> parallelism = std::nullopt;  ///< shards, pinned at the first start
};

}  // namespace lockstep
