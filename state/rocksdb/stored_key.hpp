#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <lockstep/base/arena.hpp>
#include <lockstep/ports/state_table.hpp>

namespace lockstep {

/// Keys and values that lie in the database by themselves, and the keys of its pages
/// (docs/formats.md, "Checkpoint"). Shard and hash, or page, stand at the front of each, in an
/// order that numbers have too.

[[nodiscard]] std::string_view storedKey(Arena& arena, ShardId shard, const StateKey& key);
/// With it a value says when its key was touched last. REQUIRES: it has a value.
[[nodiscard]] std::string_view storedValue(Arena& arena, const KeyedValue& value);
/// False when the bytes are of no known version. Views point into the arguments.
[[nodiscard]] bool decodeStored(std::string_view key, std::string_view value, KeyedValue& out);

/// The key of the page that has keys of that hash.
[[nodiscard]] std::string pageKey(ShardId shard, std::uint32_t hash);

/// Before every key of the shard with that hash; behind every key, or page, of the shard.
[[nodiscard]] std::string storedPrefix(ShardId shard, std::uint32_t hash);
[[nodiscard]] std::string shardEnd(ShardId shard);

/// The first 8 bytes of a stored key: shard and hash.
[[nodiscard]] std::uint64_t prefixOf(std::string_view stored_key);

}  // namespace lockstep
