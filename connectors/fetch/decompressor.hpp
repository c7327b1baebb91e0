#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "connectors/fetch/buffer_pool.hpp"

namespace lockstep::fetch {

/// How the records of a batch are compressed: the lowest bits of its attributes.
enum class Codec : std::uint8_t { kNone = 0, kGzip = 1, kSnappy = 2, kLz4 = 3, kZstd = 4 };

[[nodiscard]] std::string_view toString(Codec codec);

/// Bytes and the memory that holds them; no memory: decompression failed.
struct Unpacked {
  std::shared_ptr<const Buffer> memory;
  std::string_view bytes;
};

/// Decompresses the batches of one partition. The libraries' contexts belong to the calling thread,
/// which makes each of them once. The result of one batch may have at most `kUnpackedMax` bytes.
/// Thread: one at a time.
class Decompressor {
 public:
  static constexpr std::size_t kUnpackedMax = std::size_t{1} << 30;

  explicit Decompressor(std::shared_ptr<BufferPool> pool) : pool_(std::move(pool)) {}

  /// REQUIRES: codec is not kNone. Whatever the bytes are, nothing but "no memory" goes wrong.
  [[nodiscard]] Unpacked unpack(Codec codec, std::string_view packed);

 private:
  const std::shared_ptr<BufferPool> pool_;
  /// Last seen unpacked bytes per packed byte, rounded up: a first guess that mostly fits.
  std::size_t ratio_ = 4;
};

}  // namespace lockstep::fetch
