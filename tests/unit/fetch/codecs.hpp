#pragma once

#include <lz4frame.h>
#include <snappy-c.h>
#include <zlib.h>
#include <zstd.h>

#include <string>
#include <vector>

#include "connectors/fetch/decompressor.hpp"
#include "connectors/fetch/wire_writer.hpp"

namespace lockstep::fetch::test {

inline std::string snappyBlock(const std::string& text) {
  std::string out(snappy_max_compressed_length(text.size()), '\0');
  auto size = out.size();
  snappy_compress(text.data(), text.size(), out.data(), &size);
  out.resize(size);
  return out;
}

/// As Java writes it: a head, then blocks with their lengths.
inline std::string javaSnappy(const std::string& text) {
  WireWriter out;
  out.raw({"\x82SNAPPY\0", 8});
  out.int32(1);
  out.int32(1);
  for (std::size_t at = 0; at < text.size(); at += 1000) {
    const auto block = snappyBlock(text.substr(at, 1000));
    out.count(block.size());
    out.raw(block);
  }
  return out.take();
}

inline std::string lz4(const std::string& text) {
  LZ4F_preferences_t wanted{};
  wanted.frameInfo.blockSizeID = LZ4F_max64KB;
  wanted.frameInfo.blockMode = LZ4F_blockIndependent;
  std::string out(LZ4F_compressFrameBound(text.size(), &wanted), '\0');
  out.resize(LZ4F_compressFrame(out.data(), out.size(), text.data(), text.size(), &wanted));
  return out;
}

inline std::string zstd(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

inline std::string gzip(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, text.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

struct NamedCodec {
  const char* name;
  Codec codec;
  std::string (*compress)(const std::string&);
};

inline const std::vector<NamedCodec>& allCodecs() {
  static const std::vector<NamedCodec> codecs{{"gzip", Codec::kGzip, gzip},
                                              {"snappy", Codec::kSnappy, snappyBlock},
                                              {"java snappy", Codec::kSnappy, javaSnappy},
                                              {"lz4", Codec::kLz4, lz4},
                                              {"zstd", Codec::kZstd, zstd}};
  return codecs;
}

}  // namespace lockstep::fetch::test
