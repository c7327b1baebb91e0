#include "connectors/fetch/slice_reader.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "connectors/fetch/fetch_errors.hpp"

namespace lockstep::fetch {

void SliceReader::load(FetchedSlice slice) {
  slice_ = std::move(slice);
  rest_ = slice_.records;
  filter_ = AbortedFilter(std::move(slice_.aborted));
}

void SliceReader::reset() {
  slice_ = {};
  rest_ = {};
  open_ = false;
  batch_memory_.reset();
}

Result<SliceReader::Stop> SliceReader::decode(Offset until, std::size_t records_max,
                                              Offset& position, ChunkRecords& chunk) {
  for (;;) {
    if (!open_) {
      LOCKSTEP_ASSIGN(const auto stop, openBatch(until, position));
      if (stop) return *stop;
    }
    LOCKSTEP_ASSIGN(const auto stop, decodeBatch(until, records_max, position, chunk));
    if (stop) return *stop;
  }
}

Result<std::optional<SliceReader::Stop>> SliceReader::openBatch(Offset until, Offset& position) {
  for (;;) {
    if (position >= until) return std::optional(Stop::kAtUntil);
    BatchHeader header;
    const auto read = readBatchHeader(rest_, header);
    if (read == BatchRead::kCutOff) {
      slice_.memory.reset();
      return std::optional(Stop::kNeedsMore);
    }
    batch_.base_offset = header.base_offset;  // the place of an error
    if (read == BatchRead::kOldFormat) {
      return oldFormat({*source_, Offset{header.base_offset}}, header.magic);
    }
    if (read == BatchRead::kDamaged) return damaged("its lengths are impossible");
    const auto batch = rest_.substr(0, header.size);
    if (!checksumFits(batch, header)) return damaged("its checksum does not fit");
    if (header.base_offset >= until.value()) return std::optional(Stop::kAtUntil);
    rest_.remove_prefix(header.size);
    batch_ = header;
    const bool skipped = filter_.skips(header, batch);
    if (skipped || header.records == 0 || header.nextOffset() <= position.value()) {
      position = std::max(position, Offset{header.nextOffset()});
      continue;
    }
    LOCKSTEP_TRY(unpack(batch));
    records_left_ = header.records;
    open_ = true;
    return std::optional<Stop>();
  }
}

Status SliceReader::unpack(std::string_view batch) {
  const auto packed = batch.substr(BatchHeader::kBytes);
  const auto codec = batch_.codec();
  if (codec == Codec::kNone) {
    batch_memory_ = slice_.memory;
    cursor_ = RecordCursor(packed);
    return {};
  }
  auto unpacked = decompressor_.unpack(codec, packed);
  if (unpacked.memory == nullptr) {
    return damaged(fmt::format("its {} bytes of {} do not decompress", packed.size(),
                               codec > Codec::kZstd ? "unknown compression" : toString(codec)));
  }
  batch_memory_ = std::move(unpacked.memory);
  cursor_ = RecordCursor(unpacked.bytes);
  return {};
}

Result<std::optional<SliceReader::Stop>> SliceReader::decodeBatch(Offset until,
                                                                  std::size_t records_max,
                                                                  Offset& position,
                                                                  ChunkRecords& chunk) {
  chunk.hold(batch_memory_);
  WireRecord record;
  std::int64_t next = position.value();
  const auto append_time = batch_.logAppendTime();
  std::optional<Stop> stop;
  for (; records_left_ > 0; --records_left_) {
    if (chunk.size() >= records_max) {
      stop = Stop::kFull;
      break;
    }
    const RecordCursor before = cursor_;
    if (!cursor_.next(record)) return damaged("a record's lengths are impossible");
    if (record.offset_delta > batch_.last_offset_delta) return damaged("a record lies behind it");
    const auto offset = batch_.base_offset + record.offset_delta;
    if (offset >= until.value()) {
      cursor_ = before;
      stop = Stop::kAtUntil;
      break;
    }
    if (offset < next) continue;  // of before the position
    next = offset + 1;
    const auto time =
        append_time ? batch_.max_timestamp
                    : static_cast<std::int64_t>(static_cast<std::uint64_t>(batch_.base_timestamp) +
                                                static_cast<std::uint64_t>(record.timestamp_delta));
    chunk.add({record.key,
               record.value,
               Offset{offset},
               WallTime{std::chrono::milliseconds(time)},
               source_.get(),
               {}});
    if (record.header_count > 0 && !chunk.addHeaders(record)) [[unlikely]] {
      return damaged("a record's headers do not fit");
    }
  }
  position = Offset{next};
  if (stop) return stop;
  position = std::max(position, Offset{batch_.nextOffset()});
  open_ = false;
  batch_memory_.reset();
  return std::optional<Stop>();
}

Status SliceReader::damaged(std::string_view what) const {
  return damagedBatch({*source_, Offset{batch_.base_offset}}, what);
}

}  // namespace lockstep::fetch
