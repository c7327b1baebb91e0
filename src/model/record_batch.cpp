#include <lockstep/model/record_batch.hpp>

#include <memory>
#include <new>

namespace lockstep {

std::span<const Header> RecordBatch::copyHeaders(std::span<const Header> headers) {
  // The arena hands out unaligned bytes: take room for one alignment step more.
  const std::size_t bytes = headers.size_bytes() + alignof(Header);
  void* place = arena_.allocate(bytes);
  std::size_t room = bytes;
  place = std::align(alignof(Header), headers.size_bytes(), place, room);
  auto* copies = static_cast<Header*>(place);
  for (std::size_t i = 0; i < headers.size(); ++i) {
    Header copy{arena_.copy(headers[i].key), {}};
    if (headers[i].value) copy.value = arena_.copy(*headers[i].value);
    new (copies + i) Header(copy);
    bytes_ += kRecordOverhead + copy.key.size() + (copy.value ? copy.value->size() : 0);
  }
  return {copies, headers.size()};
}

}  // namespace lockstep
