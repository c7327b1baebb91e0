#pragma once

#include <memory>

#include <rocksdb/merge_operator.h>

namespace lockstep {

/// Joins what was written of a page at different times (packed_page.hpp): the database does so when
/// it reads a page and when it compacts files. A page that is damaged is a corruption.
[[nodiscard]] std::shared_ptr<rocksdb::MergeOperator> pageMergeOperator();

}  // namespace lockstep
