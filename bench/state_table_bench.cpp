// Updates per second of a state table on one core: touch() in chunks of 1024 and setInline(), with
// a batch confirmed every 256 chunks. usage: state_table_bench [keys] [updates]
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <vector>

#include <lockstep/base/hash.hpp>

#include "state/table/hash_state_table.hpp"

using namespace lockstep;

namespace {

constexpr std::size_t kChunk = 1024;
constexpr std::size_t kChunksPerBatch = 256;

struct Keys {
  std::vector<std::array<char, 24>> bytes;
  std::vector<StateKey> keys;

  explicit Keys(std::size_t count) : bytes(count), keys(count) {
    for (std::size_t i = 0; i < count; ++i) {
      std::snprintf(bytes[i].data(), bytes[i].size(), "user-%010zu", i);
      const std::string_view key(bytes[i].data(), 15);
      keys[i] = {key, murmur2(key)};
    }
  }
};

/// Seconds of this thread on a core: other programs on the machine do not count.
double now() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}
double seconds(double since) { return now() - since; }

/// A chunk of keys at random (xorshift), as a shuffle delivers them: hashes computed, bytes at
/// hand.
void choose(const Keys& keys, std::uint64_t& state, std::vector<StateKey>& chunk,
            std::vector<std::array<char, 24>>& bytes) {
  for (std::size_t i = 0; i < chunk.size(); ++i) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    const StateKey& key = keys.keys[state % keys.keys.size()];
    std::memcpy(bytes[i].data(), key.bytes.data(), key.bytes.size());
    chunk[i] = {{bytes[i].data(), key.bytes.size()}, key.hash};
  }
}

/// Drops what is due without a disk, as a checkpoint would.
void checkpoint(HashStateTable& table) {
  static std::vector<KeyedValue> due(4096);
  while (table.takeDue(due) != 0) continue;
  table.checkpointEnded(true);
}

}  // namespace

int main(int argc, char** argv) {
  const auto key_count = static_cast<std::size_t>(argc > 1 ? std::atoll(argv[1]) : 1'000'000);
  const auto updates = static_cast<std::size_t>(argc > 2 ? std::atoll(argv[2]) : 20'000'000);
  const Keys keys(key_count);
  HashStateTable table;
  std::vector<StateEntry*> entries(kChunk);
  BatchId batch{1};

  auto start = now();
  for (std::size_t i = 0; i < key_count; i += kChunk) {
    const auto chunk = std::span(keys.keys).subspan(i, std::min(kChunk, key_count - i));
    static_cast<void>(table.touch(batch, BatchTime{}, chunk, entries.data()));
    for (std::size_t k = 0; k < chunk.size(); ++k) entries[k]->setInline(&i, 8);
    if (i / kChunk % kChunksPerBatch == 0) table.confirm(batch), batch = next(batch);
  }
  table.confirm(batch);
  std::printf("keys %zu  insert %.1f M/s  ", key_count,
              static_cast<double>(key_count) / seconds(start) / 1e6);
  checkpoint(table);

  // Choosing keys misses the caches too: it is measured apart and its time left out.
  std::uint64_t state = 88172645463325252ULL;
  std::vector<StateKey> chunk(kChunk);
  std::vector<std::array<char, 24>> bytes(kChunk);
  double touching = 0;
  double confirming = 0;
  for (std::size_t done = 0; done < updates;) {
    batch = next(batch);
    for (std::size_t c = 0; c < kChunksPerBatch && done < updates; ++c, done += kChunk) {
      choose(keys, state, chunk, bytes);
      start = now();
      static_cast<void>(table.touch(batch, BatchTime(std::chrono::milliseconds(batch.value())),
                                    chunk, entries.data()));
      for (StateEntry* entry : entries) {
        std::int64_t value;
        std::memcpy(&value, entry->value().data(), sizeof value);
        ++value;
        entry->setInline(&value, sizeof value);
      }
      touching += seconds(start);
    }
    start = now();
    table.confirm(batch);
    confirming += seconds(start);
    if (batch.value() % 16 == 0) checkpoint(table);
  }
  const auto count = static_cast<double>(updates);
  std::printf("update %.1f M/s  with confirm %.1f M/s  %.0f bytes per key\n",
              count / touching / 1e6, count / (touching + confirming) / 1e6,
              static_cast<double>(table.bytes()) / static_cast<double>(key_count));
  return 0;
}
