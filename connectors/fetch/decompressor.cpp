#include "connectors/fetch/decompressor.hpp"

#include <lz4frame.h>
#include <snappy-c.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "connectors/fetch/wire_reader.hpp"

namespace lockstep::fetch {

namespace {

constexpr std::size_t kGuessMin = std::size_t{128} * 1024;  // room for two blocks of lz4
constexpr std::size_t kRatioMax = 64;
constexpr int kGzipOrZlib = 15 + 32;  // the largest window; the header says which of the two
/// Java writes snappy in blocks: this, two version numbers, then each block with its length.
constexpr std::string_view kJavaSnappy("\x82SNAPPY\0", 8);

struct Contexts {
  LZ4F_dctx* lz4 = nullptr;
  ZSTD_DCtx* zstd = nullptr;
  z_stream gzip{};
  bool gzip_ready = false;

  Contexts() = default;
  ~Contexts() {
    LZ4F_freeDecompressionContext(lz4);
    ZSTD_freeDCtx(zstd);
    if (gzip_ready) inflateEnd(&gzip);
  }
  Contexts(const Contexts&) = delete;
  Contexts& operator=(const Contexts&) = delete;
};

Contexts& contexts() {
  thread_local Contexts of_thread;
  return of_thread;
}

/// Where unpacked bytes go: grows by doubling, up to kUnpackedMax.
class Target {
 public:
  Target(BufferPool& pool, std::size_t guess) : pool_(pool), buffer_(pool.take(guess)) {}

  [[nodiscard]] char* free() { return buffer_->data() + used_; }
  [[nodiscard]] std::size_t room() const { return buffer_->capacity() - used_; }
  void used(std::size_t bytes) { used_ += bytes; }
  /// Makes room for `bytes` more, or at all. False: too much.
  bool grow(std::size_t bytes = 1) {
    if (room() >= bytes) return true;
    const auto wanted = std::max(2 * buffer_->capacity(), used_ + bytes);
    if (wanted > Decompressor::kUnpackedMax) return false;
    auto larger = pool_.take(wanted);
    std::memcpy(larger->data(), buffer_->data(), used_);
    buffer_ = std::move(larger);
    return true;
  }
  [[nodiscard]] Unpacked take() {
    const std::string_view bytes(buffer_->data(), used_);
    return {std::move(buffer_), bytes};
  }

 private:
  BufferPool& pool_;
  std::shared_ptr<Buffer> buffer_;
  std::size_t used_ = 0;
};

bool unLz4(std::string_view packed, Target& target) {
  auto& context = contexts().lz4;
  if (context == nullptr &&
      LZ4F_isError(LZ4F_createDecompressionContext(&context, LZ4F_VERSION)) != 0) {
    return false;
  }
  LZ4F_resetDecompressionContext(context);
  for (;;) {
    std::size_t written = target.room();
    std::size_t taken = packed.size();
    const auto hint =
        LZ4F_decompress(context, target.free(), &written, packed.data(), &taken, nullptr);
    if (LZ4F_isError(hint) != 0) return false;
    target.used(written);
    packed.remove_prefix(taken);
    if (hint == 0) return true;  // the end of the frame
    if (target.room() == 0) {
      if (!target.grow()) return false;
    } else if (taken == 0 && written == 0) {
      return false;  // cut off
    }
  }
}

bool unGzip(std::string_view packed, Target& target) {
  z_stream& stream = contexts().gzip;
  if (!contexts().gzip_ready) {
    if (inflateInit2(&stream, kGzipOrZlib) != Z_OK) return false;
    contexts().gzip_ready = true;
  }
  if (inflateReset(&stream) != Z_OK) return false;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  for (;;) {
    if (!target.grow()) return false;
    const auto room = target.room();
    stream.next_out = reinterpret_cast<Bytef*>(target.free());
    stream.avail_out = static_cast<uInt>(room);
    const int state = inflate(&stream, Z_NO_FLUSH);
    target.used(room - stream.avail_out);
    if (state == Z_STREAM_END) return true;
    if (state != Z_OK && state != Z_BUF_ERROR) return false;
    if (stream.avail_out != 0) return false;  // cut off
  }
}

bool unZstd(std::string_view packed, Target& target) {
  auto& context = contexts().zstd;
  if (context == nullptr) context = ZSTD_createDCtx();
  if (context == nullptr) return false;
  ZSTD_DCtx_reset(context, ZSTD_reset_session_only);
  ZSTD_inBuffer in{packed.data(), packed.size(), 0};
  for (;;) {
    if (!target.grow()) return false;
    ZSTD_outBuffer out{target.free(), target.room(), 0};
    const auto hint = ZSTD_decompressStream(context, &out, &in);
    if (ZSTD_isError(hint) != 0) return false;
    target.used(out.pos);
    if (hint == 0) return true;
    if (out.pos < out.size && in.pos == in.size) return false;  // cut off
  }
}

bool unSnappy(std::string_view packed, Target& target) {
  const auto block = [&target](std::string_view bytes) {
    std::size_t size = 0;
    if (snappy_uncompressed_length(bytes.data(), bytes.size(), &size) != SNAPPY_OK) return false;
    // A length that no block can have: a byte never stands for more than 64.
    if (size / 64 > bytes.size() || !target.grow(size)) return false;
    std::size_t written = target.room();
    if (snappy_uncompress(bytes.data(), bytes.size(), target.free(), &written) != SNAPPY_OK) {
      return false;
    }
    target.used(written);
    return true;
  };
  if (!packed.starts_with(kJavaSnappy)) return block(packed);
  WireReader reader(packed);
  reader.bytes(kJavaSnappy.size() + 8);
  while (reader.ok() && reader.left() > 0) {
    const auto bytes = reader.longBytes();
    if (!reader.ok() || !block(bytes)) return false;
  }
  return reader.ok();
}

}  // namespace

std::string_view toString(Codec codec) {
  switch (codec) {
    case Codec::kGzip:
      return "gzip";
    case Codec::kSnappy:
      return "snappy";
    case Codec::kLz4:
      return "lz4";
    case Codec::kZstd:
      return "zstd";
    case Codec::kNone:
      break;
  }
  return "none";
}

Unpacked Decompressor::unpack(Codec codec, std::string_view packed) {
  const auto guess = std::min(std::max(kGuessMin, packed.size() * ratio_), kUnpackedMax);
  Target target(*pool_, guess);
  bool fine = false;
  switch (codec) {
    case Codec::kGzip:
      fine = unGzip(packed, target);
      break;
    case Codec::kSnappy:
      fine = unSnappy(packed, target);
      break;
    case Codec::kLz4:
      fine = unLz4(packed, target);
      break;
    case Codec::kZstd:
      fine = unZstd(packed, target);
      break;
    case Codec::kNone:
      break;
  }
  if (!fine) return {};
  auto unpacked = target.take();
  ratio_ = std::clamp(unpacked.bytes.size() / std::max<std::size_t>(1, packed.size()) + 1,
                      std::size_t{2}, kRatioMax);
  return unpacked;
}

}  // namespace lockstep::fetch
