#include <lockstep/formats/serde_composite.hpp>

namespace lockstep::detail {

void throwWrongSize(std::string_view type, std::size_t expected, std::size_t found) {
  throw RecordError(RecordErrorKind::kDecode, std::string(type) + " takes " +
                                                  std::to_string(expected) + " bytes, found " +
                                                  std::to_string(found));
}

void throwTrailingBytes(std::size_t count) {
  throw RecordError(RecordErrorKind::kDecode,
                    std::to_string(count) + " bytes are left after the last part of a pair");
}

std::string_view takePart(std::string_view& bytes) {
  if (bytes.size() < 4) throwWrongSize("a part's length", 4, bytes.size());
  const std::size_t size = loadBigEndian32(bytes.data());
  bytes.remove_prefix(4);
  if (bytes.size() < size) throwWrongSize("a part", size, bytes.size());
  const std::string_view part = bytes.substr(0, size);
  bytes.remove_prefix(size);
  return part;
}

}  // namespace lockstep::detail
