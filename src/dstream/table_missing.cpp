#include <lockstep/dstream/table_lookup.hpp>
#include <lockstep/model/record_error.hpp>

namespace lockstep::detail {

void throwMissing(const std::string& table) {
  throw RecordError(RecordErrorKind::kEval, "the table '" + table + "' does not have its key");
}

}  // namespace lockstep::detail
