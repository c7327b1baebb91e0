#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>

#include "connectors/fetch/wire_writer.hpp"

namespace lockstep::fetch::test {

/// The body of an answer to ApiVersions: Fetch from that version on, Metadata and ListOffsets from
/// the first, all up to newer ones than we speak.
inline std::string versionsAnswer(std::int16_t fetch_from) {
  constexpr std::int16_t kFetch = 1, kListOffsets = 2, kMetadata = 3, kNewest = 17;
  WireWriter writer;
  writer.int16(0);
  writer.count(3);
  for (const auto key : {kFetch, kListOffsets, kMetadata}) {
    writer.int16(key);
    writer.int16(key == kFetch ? fetch_from : std::int16_t{0});
    writer.int16(kNewest);
  }
  return writer.take();
}

}  // namespace lockstep::fetch::test
