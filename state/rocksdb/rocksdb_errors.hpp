#pragma once

#include <string>
#include <string_view>

#include <rocksdb/status.h>

#include <lockstep/base/status.hpp>

namespace lockstep {

/// What went wrong in `folder`, as CheckpointStore's contract tells it: damaged content kAbort,
/// everything else kFatal with exit 74. ok stays ok.
[[nodiscard]] Status fromRocksdb(const rocksdb::Status& status, std::string_view folder);

/// The same for calls that write: they never say kAbort, for nothing can be built again from here.
[[nodiscard]] Status fromRocksdbWrite(const rocksdb::Status& status, std::string_view folder);

/// E703: the folder cannot be made or entered, for `why`.
[[nodiscard]] Status unusableFolder(std::string_view folder, std::string_view why);

/// kAbort: the stored bytes are not what was written.
[[nodiscard]] Status damaged(std::string_view folder, std::string_view why);

}  // namespace lockstep
